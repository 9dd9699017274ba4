"""Code that users write, which both type checkers must accept as it stands. It is checked, never run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_type

import httpx
from egp_api.api.inference import create_chat_completion, list_chat_completion_models
from egp_api.models import (
    ChatCompletion,
    ChatCompletionChoice,
    ChatCompletionChunk,
    ChatModelList,
    SystemMessage,
    UserMessage,
)
from egp_api.params import UserMessageParam

import egp
from egp import (
    AsyncClient,
    AsyncStream,
    Client,
    CompletionAccumulator,
    RawResponse,
    Stream,
    image_part,
)
from egp.types import Model, ModelList


def whole(client: Client) -> str:
    completion = client.chat.completions.create(
        model="openai/gpt-4o",
        messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}],
        temperature=0.2,
        stop=["\n"],
        max_completion_tokens=100,
        extra_body={"vendor_field": [1, 2]},
        extra_headers={"x-own": "1"},
        timeout=httpx.Timeout(5.0),
        max_retries=0,
        deadline=30,
    )
    assert_type(completion, ChatCompletion)
    assert_type(completion.request_id, str | None)
    assert_type(completion.choices, list[ChatCompletionChoice])
    return completion.choices[0].message.content or ""


def streamed(client: Client) -> Iterator[str]:
    with client.chat.completions.create(
        model="openai/gpt-4o",
        messages=[UserMessage(role="user", content="Hello")],
        stream=True,
        stream_options={"include_usage": True},
        first_token_timeout=10,
        idle_timeout=5.0,
        on_truncated="ignore",
    ) as stream:
        assert_type(stream, Stream[ChatCompletionChunk])
        for chunk in stream:
            assert_type(chunk, ChatCompletionChunk)
            for choice in chunk.choices:
                yield choice.delta.content or ""
    assert_type(stream.get_final_completion(), ChatCompletion)


def either(client: Client, stream: bool) -> None:
    answer = client.chat.completions.create(model="m", messages=[], stream=stream)
    assert_type(answer, ChatCompletion | Stream[ChatCompletionChunk])


def said_outright(client: Client) -> None:
    assert_type(client.chat.completions.create(model="m", messages=[], stream=False), ChatCompletion)


def messages_of_every_kind(client: Client) -> None:
    typed: UserMessageParam = {
        "role": "user",
        "content": [{"type": "text", "text": "Hi"}, image_part("a.png")],
    }
    history: list[dict[str, object]] = [{"role": "user", "content": "Hi", "vendor": 1}]
    answer = client.chat.completions.create(
        model="m", messages=[SystemMessage(role="system", content="x"), typed]
    )
    client.chat.completions.create(model="m", messages=[typed, answer.choices[0].message])
    client.chat.completions.create(model="m", messages=history)
    client.chat.completions.create(model="m", messages=(message for message in history))
    client.chat.completions.create(model="m", messages=({"role": "user", "content": "Hi"},))


def tools(client: Client) -> None:
    completion = client.chat.completions.create(
        model="m",
        messages=[{"role": "user", "content": "Weather?"}],
        tools=[
            {
                "type": "function",
                "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}},
            }
        ],
        tool_choice="auto",
        response_format={"type": "json_schema", "json_schema": {"name": "answer", "schema": {}}},
        reasoning_effort="minimal",
        logit_bias={"50256": -100},
        metadata={"run": "1"},
    )
    usage = completion.usage
    if usage:
        assert_type(usage.total_tokens, int)


def raw(client: Client) -> None:
    response = client.chat.completions.with_raw_response.create(model="m", messages=[])
    assert_type(response, RawResponse[ChatCompletion])
    assert_type(response.headers["x-request-id"], str)
    assert_type(response.parse(), ChatCompletion)
    streamed = client.chat.completions.with_raw_response.create(model="m", messages=[], stream=True)
    assert_type(streamed.parse(), Stream[ChatCompletionChunk])


def models(client: Client) -> None:
    assert_type(client.chat.completions.models(model_vendor="openai", limit=10), ChatModelList)
    page = client.models.list(model_vendor="openai", limit=10)
    assert_type(page, ModelList)
    for model in page:
        assert_type(model, Model)
        assert_type((model.id, model.details.model_name), tuple[str, str])
    assert_type(page.data, list[Model])


def options(client: Client) -> None:
    patient = client.with_options(timeout=60, max_retries=5)
    assert_type(patient, Client)


def generated(client: Client) -> None:
    listed = list_chat_completion_models.sync(client=client.generated, limit=3)
    if isinstance(listed, ChatModelList):
        assert_type(listed.items[0].model_name, str)
    stream = client.stream(create_chat_completion.stream(body={"model": "m", "messages": []}))
    assert_type(stream, Stream[ChatCompletionChunk])


def errors(client: Client) -> float | None:
    try:
        client.chat.completions.create(model="m", messages=[])
    except egp.RateLimitError as error:
        assert_type(error.status_code, int)
        print(error.response.headers.get("retry-after"))
        return error.attempts[-1].wait
    except egp.StreamInterruptedError as error:
        print(error.partial, error.request_id)
    except egp.EGPError as error:
        print(error.message)
    return None


def accumulated(chunks: list[ChatCompletionChunk]) -> ChatCompletion:
    accumulator = CompletionAccumulator()
    for chunk in chunks:
        accumulator.add(chunk)
    return accumulator.completion()


def absent(completion: ChatCompletion) -> int:
    message = completion.choices[0].message
    assert_type(message.content, str | None)
    if message.tool_calls is not None and "tool_calls" in message:
        print(message.tool_calls[0])
    return completion.usage.total_tokens if completion.usage else 0


async def asynchronous(client: AsyncClient) -> str:
    completion = await client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "Hello"}]
    )
    assert_type(completion, ChatCompletion)
    async with await client.chat.completions.create(model="m", messages=[], stream=True) as stream:
        assert_type(stream, AsyncStream[ChatCompletionChunk])
        async for chunk in stream:
            assert_type(chunk, ChatCompletionChunk)
    assert_type(await stream.get_final_completion(), ChatCompletion)
    response = await client.chat.completions.with_raw_response.create(model="m", messages=[])
    assert_type(response, RawResponse[ChatCompletion])
    assert_type(await client.chat.completions.models(), ChatModelList)
    assert_type([model.id for model in await client.models.list()], list[str])
    ticks = await client.stream(create_chat_completion.stream(body={"model": "m", "messages": []}))
    assert_type(ticks, AsyncStream[ChatCompletionChunk])
    return completion.choices[0].message.content or ""
