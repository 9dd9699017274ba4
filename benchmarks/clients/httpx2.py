"""Plain httpx2, as a careful user would write it by hand."""

from __future__ import annotations

import json

from benchmarks.clients.plain import HEADERS, MESSAGES, PATH, body, decode_chunk, decode_completion

__all__ = ["Async", "decode_chunk", "decode_completion", "load"]


def load() -> None:
    import httpx2  # noqa: F401


class Async:
    def __init__(self, url: str) -> None:
        import httpx2

        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
        self._client = httpx2.AsyncClient(base_url=url, headers=HEADERS, timeout=60, limits=limits)

    async def call(self) -> str:
        answer = (await self._client.post(PATH, json=body(MESSAGES, stream=False))).json()
        return answer["choices"][0]["message"]["content"]

    async def stream(self) -> int:
        count = 0
        async with self._client.stream("POST", PATH, json=body(MESSAGES, stream=True)) as response:
            async for line in response.aiter_lines():
                if line.startswith("data: ") and "choices" in json.loads(line[6:]):
                    count += 1
        return count
