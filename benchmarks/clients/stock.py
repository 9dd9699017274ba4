"""openapi-python-client's own output for the same openapi.yaml, its templates and options untouched.

It cannot stream: the event stream is read as in plain.py, and each event decoded with its model.
"""

from __future__ import annotations

import json
from typing import Any

from benchmarks.clients.plain import MESSAGES, PATH, body


def load() -> None:
    import stock_api.api.inference.create_chat_completion  # noqa: F401


class Sync:
    def __init__(self, url: str) -> None:
        from stock_api import AuthenticatedClient
        from stock_api.api.inference import create_chat_completion
        from stock_api.models import ChatCompletionChunk, ChatCompletionRequest

        self._client = AuthenticatedClient(
            base_url=url, token="bench", prefix="", auth_header_name="x-api-key"
        )
        self._client.get_httpx_client()
        self._operation, self._request, self._chunk = (
            create_chat_completion,
            ChatCompletionRequest,
            ChatCompletionChunk,
        )

    def call(self, messages: Any = MESSAGES) -> Any:
        request = self._request.from_dict(body(messages, stream=False))
        return self._operation.sync(client=self._client, body=request).choices[0].message.content

    def stream(self) -> int:
        count = 0
        request = self._request.from_dict(body(MESSAGES, stream=True)).to_dict()
        with self._client.get_httpx_client().stream("POST", PATH, json=request) as response:
            for line in response.iter_lines():
                if line.startswith("data: "):
                    count += self._chunk.from_dict(json.loads(line[6:])).choices is not None
        return count


class Async:
    def __init__(self, url: str) -> None:
        from stock_api import AuthenticatedClient
        from stock_api.api.inference import create_chat_completion
        from stock_api.models import ChatCompletionChunk, ChatCompletionRequest

        self._client = AuthenticatedClient(
            base_url=url, token="bench", prefix="", auth_header_name="x-api-key"
        )
        self._operation, self._request, self._chunk = (
            create_chat_completion,
            ChatCompletionRequest,
            ChatCompletionChunk,
        )

    async def call(self) -> Any:
        request = self._request.from_dict(body(MESSAGES, stream=False))
        answer = await self._operation.asyncio(client=self._client, body=request)
        return answer.choices[0].message.content

    async def stream(self) -> int:
        count = 0
        request = self._request.from_dict(body(MESSAGES, stream=True)).to_dict()
        async with self._client.get_async_httpx_client().stream("POST", PATH, json=request) as response:
            async for line in response.aiter_lines():
                if line.startswith("data: "):
                    count += self._chunk.from_dict(json.loads(line[6:])).choices is not None
        return count

    async def hold(self) -> object:
        request = self._request.from_dict(body(MESSAGES, stream=True)).to_dict()
        context = self._client.get_async_httpx_client().stream("POST", PATH, json=request)
        response = await context.__aenter__()
        lines = response.aiter_lines()
        await anext(lines)
        return context, lines

    async def close(self) -> None:
        await self._client.get_async_httpx_client().aclose()


def decode_completion(data: bytes) -> Any:
    from stock_api.models import ChatCompletion

    return ChatCompletion.from_dict(json.loads(data))


def decode_chunk(data: bytes) -> Any:
    from stock_api.models import ChatCompletionChunk

    return ChatCompletionChunk.from_dict(json.loads(data))
