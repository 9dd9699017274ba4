"""A hundred answers at once.

python -m egp.testing -- python examples/parallel.py  against a local server
EGP_API_KEY=… python examples/parallel.py             against the service
"""

import asyncio

from egp import AsyncClient


async def ask(client: AsyncClient, question: str) -> str:
    completion = await client.chat.completions.create(
        model="openai/gpt-4o-mini",
        messages=[{"role": "user", "content": question}],
    )
    return completion.choices[0].message.content or ""


async def main() -> None:
    async with AsyncClient() as client, asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask(client, f"What is {n} squared?")) for n in range(100)]
    answers = [task.result() for task in tasks]
    print(len(answers), "answers; the last one:", answers[-1])


asyncio.run(main())
