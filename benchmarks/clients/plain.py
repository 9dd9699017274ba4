"""Plain httpx, as a careful user would write it by hand: the base of every ratio."""

from __future__ import annotations

import json
from typing import Any

HEADERS = {"x-api-key": "bench"}
PATH = "/v5/chat/completions"
MESSAGES = [{"role": "user", "content": "Hello"}]


def body(messages: Any, *, stream: bool) -> dict[str, Any]:
    return {"model": "openai/gpt-4o", "messages": messages, "stream": stream}


CONTENT = json.dumps(body(MESSAGES, stream=False)).encode()


def load() -> None:
    import httpx  # noqa: F401


class Sync:
    def __init__(self, url: str) -> None:
        import httpx

        self._client = httpx.Client(base_url=url, headers=HEADERS, timeout=60)

    def call(self, messages: Any = MESSAGES) -> str:
        answer = self._client.post(PATH, json=body(messages, stream=False)).json()
        return answer["choices"][0]["message"]["content"]

    def stream(self) -> int:
        count = 0
        with self._client.stream("POST", PATH, json=body(MESSAGES, stream=True)) as response:
            for line in response.iter_lines():
                if line.startswith("data: ") and "choices" in json.loads(line[6:]):
                    count += 1
        return count


class Async:
    def __init__(self, url: str) -> None:
        import httpx

        # What the default would do to 200 callers is measured as its own row (see questions/concurrency.py).
        self._client = httpx.AsyncClient(base_url=url, headers=HEADERS, timeout=60)

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

    async def hold(self) -> object:
        """Opens a stream, reads its first event and leaves it open."""
        context = self._client.stream("POST", PATH, json=body(MESSAGES, stream=True))
        response = await context.__aenter__()
        lines = response.aiter_lines()
        await anext(lines)
        return context, lines

    async def close(self) -> None:
        await self._client.aclose()


def decode_completion(data: bytes) -> Any:
    return json.loads(data)


decode_chunk = decode_completion
