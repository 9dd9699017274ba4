"""One client at the level of the module, used from one event loop after another."""

import asyncio

from openai import AsyncOpenAI

client = AsyncOpenAI()


async def ask(question: str) -> str | None:
    completion = await client.chat.completions.create(
        model="openai/gpt-4o",
        messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": question}],
    )
    return completion.choices[0].message.content


async def watch(question: str) -> list[str]:
    pieces = []
    async with await client.chat.completions.create(
        model="openai/gpt-4o", messages=[{"role": "user", "content": question}], stream=True
    ) as stream:
        async for chunk in stream:
            if chunk.choices[0].delta.content is not None:
                pieces.append(chunk.choices[0].delta.content)
    return pieces


for question in ("One", "Two", "Three"):
    print(asyncio.run(ask(question)))
print(asyncio.run(watch("Four and five")))
