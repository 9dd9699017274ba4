"""litellm.acompletion: gather and a semaphore; nothing is written."""

import asyncio
import json
import os
import sys
import time

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
import litellm

litellm.telemetry = False
litellm.suppress_debug_info = True
url, count, concurrency = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


async def work():
    gate = asyncio.Semaphore(concurrency)

    async def ask(number):
        async with gate:
            await litellm.acompletion(
                model="openai/openai/gpt-4o",
                messages=[{"role": "user", "content": f"Question {number}"}],
                api_base=f"{url}/v5",
                api_key="k",
            )

    await ask(0)
    started = time.perf_counter(), time.process_time()
    await asyncio.gather(*(ask(number) for number in range(count)))
    return time.perf_counter() - started[0], time.process_time() - started[1]


print(json.dumps(asyncio.run(work())))
