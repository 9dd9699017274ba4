"""A program that has to pass mypy --strict, with the types of what it gets."""

from typing import assert_type

from egp_api.models import ChatCompletion, ChatCompletionChunk

from egp import AsyncClient, AsyncStream, Client, Stream


def whole(client: Client) -> str:
    completion = client.chat.completions.create(
        model="openai/gpt-4o",
        messages=[{"role": "user", "content": "Hello"}],
        temperature=0.5,
        extra_body={"vendor_option": True},
        timeout=10.0,
    )
    assert_type(completion, ChatCompletion)
    return completion.id


def streamed(client: Client) -> list[str]:
    with client.chat.completions.create(
        model="openai/gpt-4o", messages=[{"role": "user", "content": "Hello"}], stream=True
    ) as stream:
        assert_type(stream, Stream[ChatCompletionChunk])
        return [choice.delta.content or "" for chunk in stream for choice in chunk.choices]


async def streamed_async(client: AsyncClient) -> list[str]:
    stream = await client.chat.completions.create(
        model="openai/gpt-4o", messages=[{"role": "user", "content": "Hello"}], stream=True
    )
    assert_type(stream, AsyncStream[ChatCompletionChunk])
    async with stream:
        return [choice.delta.content or "" async for chunk in stream for choice in chunk.choices]
