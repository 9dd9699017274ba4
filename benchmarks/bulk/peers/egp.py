"""egp.bulk, from file to file: journal and progress are on."""

import json
import sys
import tempfile
import time
from pathlib import Path

from egp import AsyncClient
from egp.bulk import arun

url, count, concurrency = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def body(number):
    return {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": f"Question {number}"}]}


async def work(folder):
    source = Path(folder, "in.jsonl")
    with source.open("w") as stream:
        for number in range(count):
            stream.write(json.dumps({"custom_id": f"r{number}", "body": body(number)}) + "\n")
    async with AsyncClient(base_url=url, api_key="k") as client:
        started = time.perf_counter(), time.process_time()
        summary = await arun(
            source, Path(folder, "out.jsonl"), client=client, max_concurrency=concurrency, progress=True
        )
        assert summary.answered == count, summary
        return time.perf_counter() - started[0], time.process_time() - started[1]


if __name__ == "__main__":
    import asyncio

    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(work(folder))))
