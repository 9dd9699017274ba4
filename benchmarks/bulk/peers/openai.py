"""openai.AsyncOpenAI, as its users do it: gather and a semaphore; nothing is written."""

import asyncio
import json
import sys
import time

from openai import AsyncOpenAI

url, count, concurrency = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


async def work():
    gate = asyncio.Semaphore(concurrency)
    async with AsyncOpenAI(base_url=f"{url}/v5", api_key="k", timeout=60) as client:

        async def ask(number):
            async with gate:
                await client.chat.completions.create(
                    model="openai/gpt-4o", messages=[{"role": "user", "content": f"Question {number}"}]
                )

        started = time.perf_counter(), time.process_time()
        await asyncio.gather(*(ask(number) for number in range(count)))
        return time.perf_counter() - started[0], time.process_time() - started[1]


print(json.dumps(asyncio.run(work())))
