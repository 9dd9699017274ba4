"""An asynchronous program: one answer, one stream, and several answers at once."""

import asyncio

from openai import AsyncOpenAI


async def answer(client: AsyncOpenAI, limit: asyncio.Semaphore, question: str) -> str:
    async with limit:
        completion = await client.chat.completions.create(
            model="openai/gpt-4o", messages=[{"role": "user", "content": question}], temperature=0
        )
    return completion.choices[0].message.content or ""


async def main() -> None:
    async with AsyncOpenAI(max_retries=1, timeout=30.0) as client:
        stream = await client.chat.completions.create(
            model="openai/gpt-4o",
            messages=[{"role": "user", "content": "Name three rivers of Europe"}],
            stream=True,
        )
        async for chunk in stream:
            print(chunk.choices[0].delta.content or "", end="/")
        print()

        limit = asyncio.Semaphore(2)
        questions = [f"What is {number} squared?" for number in range(5)]
        for text in await asyncio.gather(*(answer(client, limit, question) for question in questions)):
            print(text)


asyncio.run(main())
