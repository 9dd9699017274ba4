"""Plain aiohttp, as a careful user would write it by hand."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.clients.plain import (
    CONTENT,
    HEADERS,
    MESSAGES,
    PATH,
    body,
    decode_chunk,
    decode_completion,
)

__all__ = ["Async", "decode_chunk", "decode_completion", "load"]

CONTENT_HEADERS = {"content-type": "application/json"}


def load() -> None:
    import aiohttp  # noqa: F401


class Async:
    def __init__(self, url: str) -> None:
        self._url = url + PATH
        self._session: Any = None

    def _made(self) -> Any:
        # Made in the loop that it is used in, as aiohttp demands.
        if self._session is None:
            import aiohttp

            self._session = aiohttp.ClientSession(
                headers=HEADERS,
                connector=aiohttp.TCPConnector(limit=0),
                timeout=aiohttp.ClientTimeout(total=60),
            )
        return self._session

    async def call(self) -> str:
        async with self._made().post(self._url, json=body(MESSAGES, stream=False)) as response:
            answer = await response.json()
        return answer["choices"][0]["message"]["content"]

    async def call_bytes(self) -> bytes:
        """The request's bytes given, the answer's bytes taken: what the transport alone costs."""
        session = self._session or self._made()
        async with session.post(self._url, data=CONTENT, headers=CONTENT_HEADERS) as response:
            return await response.read()

    async def stream(self) -> int:
        count = 0
        async with self._made().post(self._url, json=body(MESSAGES, stream=True)) as response:
            async for line in response.content:
                if line.startswith(b"data: ") and "choices" in json.loads(line[6:]):
                    count += 1
        return count
