"""egp-client itself, installed from its wheel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from benchmarks.clients.plain import CONTENT, MESSAGES, PATH

MODEL = "openai/gpt-4o"


def load() -> None:
    import egp  # noqa: F401


class Sync:
    def __init__(self, url: str) -> None:
        from egp import Client

        self._client = Client(api_key="bench", base_url=url, timeout=60)
        _ = self._client.chat.completions.create

    def ready(self) -> None:
        self._client.__enter__()

    def call(self, messages: Any = MESSAGES) -> Any:
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
    if kind == "typed":
        return {"response_format": Text}
    from egp.structured import function_tool

    return {"tools": [function_tool(Text, name="write_file")]}


@dataclass
class Text:
    """The type of an answer."""

    text: str


class Async:
    def __init__(self, url: str) -> None:
        from egp import AsyncClient

        self._client = AsyncClient(api_key="bench", base_url=url, timeout=60)
        self._request: Any = None
        self._session: Any = None

    async def call_bytes(self) -> bytes:
        """The request's bytes given, the answer's bytes taken: what the transport alone costs."""
        if self._request is None:
            from egp._core.request import Request

            self._request = Request("POST", PATH, content=CONTENT)
            self._session = self._client.chat.completions._session
        return (await self._session.send(self._request)).content

    async def call(self) -> Any:
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
        await anext(stream)
        return stream

    async def close(self) -> None:
        await self._client.close()


def decode_completion(data: bytes) -> Any:
    from egp_api.models.chat_completion import ChatCompletion

    from egp._core import json as codec

    return codec.decode_as(data, ChatCompletion.from_dict)


def decode_chunk(data: bytes) -> Any:
    from egp_api.models.chat_completion_chunk import ChatCompletionChunk

    from egp._core import json as codec

    return codec.decode_as(data, ChatCompletionChunk.from_dict)
