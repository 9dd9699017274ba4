"""The openai package."""

from __future__ import annotations

from typing import Any

from benchmarks.clients.plain import MESSAGES

MODEL = "openai/gpt-4o"


def load() -> None:
    import openai  # noqa: F401


class Sync:
    def __init__(self, url: str) -> None:
        import openai

        self._client = openai.OpenAI(api_key="bench", base_url=url + "/v5", timeout=60)
        _ = self._client.chat.completions.create

    def call(self, messages: Any = MESSAGES) -> str | None:
        return self._client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content

    def stream(self) -> int:
        with self._client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True) as stream:
            return sum(1 for chunk in stream if chunk.choices is not None)

    def events(self, kind: str) -> int:
        """The chunks of a stream with events, read by a loop over the events."""
        with self._client.chat.completions.stream(model=MODEL, messages=MESSAGES, **_types(kind)) as stream:
            return sum(1 for event in stream if event.type == "chunk")


def _types(kind: str) -> dict[str, Any]:
    if kind == "text":
        return {}
    import openai
    from pydantic import BaseModel

    class Text(BaseModel):
        text: str

    if kind == "typed":
        return {"response_format": Text}
    return {"tools": [openai.pydantic_function_tool(Text, name="write_file")]}


class Async:
    def __init__(self, url: str) -> None:
        import openai

        self._client = openai.AsyncOpenAI(api_key="bench", base_url=url + "/v5", timeout=60)

    async def call(self) -> str | None:
        answer = await self._client.chat.completions.create(model=MODEL, messages=MESSAGES)
        return answer.choices[0].message.content

    async def stream(self) -> int:
        count = 0
        async with await self._client.chat.completions.create(
            model=MODEL, messages=MESSAGES, stream=True
        ) as stream:
            async for chunk in stream:
                count += chunk.choices is not None
        return count

    async def hold(self) -> object:
        stream = await self._client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True)
        await anext(aiter(stream))
        return stream

    async def close(self) -> None:
        await self._client.close()


def decode_completion(data: bytes) -> Any:
    import json

    from openai._models import construct_type
    from openai.types.chat import ChatCompletion

    return construct_type(type_=ChatCompletion, value=json.loads(data))


def decode_chunk(data: bytes) -> Any:
    import json

    from openai._models import construct_type
    from openai.types.chat import ChatCompletionChunk

    return construct_type(type_=ChatCompletionChunk, value=json.loads(data))
