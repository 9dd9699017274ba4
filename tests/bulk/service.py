"""A service on loopback whose every answer a test decides, and which counts what it was asked.

python -m tests.bulk.service MILLISECONDS    prints its port, and runs until its stdin ends
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple


class Answer(NamedTuple):
    """What to say to a request, and when."""

    status: int = 200
    body: Any = None
    """Bytes, or JSON; None is a completion that says the last message again."""
    headers: Mapping[str, str] = MappingProxyType({})
    delay: float = 0.0
    act: str = ""
    """`reset` or `hang` in place of an answer."""
    until: Callable[[], bool] | None = None
    """What has to be so before it is said."""


Decide = Callable[[dict[str, Any], int], Answer]


def completion(content: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": content}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1700000000,
        "model": "openai/gpt-4o",
        "choices": [{"index": 0, "finish_reason": "stop", "logprobs": None, "message": message}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12},
    }


class Service:
    """Runs in a thread of its own, from `start` to `stop`; both may be called again."""

    def __init__(self, decide: Decide | None = None) -> None:
        self.decide: Decide = decide or (lambda body, number: Answer())
        self.asked: Counter[str] = Counter()
        """How often each last message was asked."""
        self.answered: Counter[str] = Counter()
        """How often it was answered with 200."""
        self.times: list[float] = []
        self.keys: list[str] = []
        """The key of each request, in lower case."""
        self.statuses: Counter[int] = Counter()
        self.in_flight = 0
        self.peak = 0
        self.port = 0
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Service:
        self._ready.clear()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def stop(self) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._ending.set)
            self._thread.join(10)
            self._loop = None

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ending = asyncio.Event()
        server = await asyncio.start_server(self._connection, "127.0.0.1", self.port, backlog=2048)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._ending.wait()
        server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                length = int(head.partition("content-length:")[2].partition("\r\n")[0] or 0)
                content = await reader.readexactly(length)
                if not await self._answer(head, content, writer):
                    return
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _answer(self, head: str, content: bytes, writer: asyncio.StreamWriter) -> bool:
        if head.startswith("get /stats"):
            return self._say(writer, Answer(body=self.stats()), "")
        body = json.loads(content)
        name = str(body["messages"][-1]["content"])
        self.asked[name] += 1
        self.times.append(asyncio.get_running_loop().time())
        self.keys.append(head.partition("x-api-key: ")[2].partition("\r\n")[0])
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        answer = self.decide(body, self.asked.total())
        try:
            if answer.delay:
                await asyncio.sleep(answer.delay)
            while answer.until is not None and not answer.until():  # noqa: ASYNC110 - of other processes
                await asyncio.sleep(0.02)
            if answer.act == "hang":
                await asyncio.sleep(3600)
        finally:
            self.in_flight -= 1
        if answer.act == "reset":
            return False
        self.statuses[answer.status] += 1
        if answer.status == 200:
            self.answered[name] += 1
        return self._say(writer, answer, name)

    def stats(self) -> dict[str, Any]:
        return {"asked": self.asked, "answered": self.answered, "peak": self.peak}

    @staticmethod
    def _say(writer: asyncio.StreamWriter, answer: Answer, name: str) -> bool:
        body = completion(name) if answer.body is None else answer.body
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        headers = {"content-type": "application/json", "x-request-id": "req-1", **answer.headers}
        lines = [f"HTTP/1.1 {answer.status} Status", f"content-length: {len(body)}"]
        lines += [f"{key}: {value}" for key, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        return True


def main(milliseconds: str) -> None:
    service = Service(lambda body, number: Answer(delay=float(milliseconds) / 1000)).start()
    print(service.port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
