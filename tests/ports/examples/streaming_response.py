"""The response while its body is still on its way."""

import asyncio
import json

from openai import AsyncOpenAI, OpenAI

client = OpenAI()
MODEL = "openai/gpt-4o"
QUESTION = [{"role": "user", "content": "Hello there"}]

with client.chat.completions.with_streaming_response.create(model=MODEL, messages=QUESTION) as response:
    print(response.status_code, response.headers.get("content-type"))
    print(response.parse().choices[0].message.content)

with client.chat.completions.with_streaming_response.create(model=MODEL, messages=QUESTION) as response:
    print(response.json()["choices"][0]["message"]["content"])
    print(response.json() == json.loads(response.text()) == json.loads(response.read()))

with client.chat.completions.with_streaming_response.create(
    model=MODEL, messages=QUESTION, stream=True
) as response:
    for line in response.iter_lines():
        if line.startswith("data: {"):
            print(json.loads(line.removeprefix("data: "))["choices"][0]["delta"].get("content"))
        else:
            print(repr(line))

with client.chat.completions.with_streaming_response.create(
    model=MODEL, messages=QUESTION, stream=True
) as response:
    for chunk in response.parse():
        print(chunk.choices[0].delta.content, end=";")
    print()

with client.chat.completions.with_streaming_response.create(model=MODEL, messages=QUESTION) as response:
    print(json.loads(b"".join(response.iter_bytes()))["object"])


async def main() -> None:
    async with AsyncOpenAI() as client:
        async with client.chat.completions.with_streaming_response.create(
            model=MODEL, messages=QUESTION
        ) as response:
            print((await response.json())["choices"][0]["message"]["content"])
        async with client.chat.completions.with_streaming_response.create(
            model=MODEL, messages=QUESTION, stream=True
        ) as response:
            async for chunk in await response.parse():
                print(chunk.choices[0].delta.content, end=".")
            print()
        async with client.chat.completions.with_streaming_response.create(
            model=MODEL, messages=QUESTION
        ) as response:
            print(len([line async for line in response.iter_lines()]) > 0)


asyncio.run(main())
