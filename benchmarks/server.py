"""A canned server in a process of its own: it answers from bytes made beforehand and parses next to nothing.

The first segment of the path says what to answer, so that every client is measured by its own ordinary call:
`http://127.0.0.1:PORT/<answer>/v5/chat/completions`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable

COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1700000000,
    "model": "openai/gpt-4o",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "logprobs": None,
            "message": {"role": "assistant", "content": "Hello there."},
        }
    ],
    "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12},
}


def chunk(text: str, finish: str | None = None) -> dict[str, object]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1700000000,
        "model": "openai/gpt-4o",
        "choices": [{"index": 0, "delta": {"content": text}, "logprobs": None, "finish_reason": finish}],
    }


def call_chunk(arguments: str, *, begins: bool = False) -> dict[str, object]:
    made = chunk("")
    named = {"name": "write_file"} if begins else {}
    call = {"index": 0, "function": {**named, "arguments": arguments}}
    if begins:
        call |= {"id": "call_1", "type": "function"}
    made["choices"] = [{"index": 0, "delta": {"tool_calls": [call]}, "logprobs": None, "finish_reason": None}]
    return made


def with_logprobs(tokens: int) -> dict[str, object]:
    """A completion whose every token carries five alternatives: 1,900 tokens are about 1 MB of JSON."""
    entries = [
        {
            "token": f"tok{i}",
            "logprob": -0.001 * i,
            "bytes": list(f"tok{i}".encode()),
            "top_logprobs": [
                {"token": f"alt{i}-{j}", "logprob": -1.5 * j, "bytes": list(f"alt{i}-{j}".encode())}
                for j in range(5)
            ],
        }
        for i in range(tokens)
    ]
    choice = {
        "index": 0,
        "finish_reason": "stop",
        "logprobs": {"content": entries, "refusal": None},
        "message": {"role": "assistant", "content": "x" * tokens},
    }
    return {**COMPLETION, "choices": [choice]}


def event(document: object) -> bytes:
    return b"data: " + json.dumps(document, separators=(",", ":")).encode() + b"\n\n"


def http_chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


LAST_CHUNK = b"0\r\n\r\n"
EVENT_STREAM = b"\r\n".join(
    (
        b"HTTP/1.1 200 OK",
        b"content-type: text/event-stream",
        b"transfer-encoding: chunked",
        b"x-request-id: req-1",
        b"\r\n",
    )
)


def whole(document: object) -> bytes:
    body = json.dumps(document, separators=(",", ":")).encode()
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % len(body) + body


def events(count: int) -> list[bytes]:
    """A stream's events, the last one with its finish_reason. No [DONE]: one of the peers fails on it."""
    return [event(chunk(f"token{i} ")) for i in range(count - 1)] + [event(chunk("", "stop"))]


def burst(count: int, per_http_chunk: int) -> bytes:
    made = events(count)
    groups = [b"".join(made[i : i + per_http_chunk]) for i in range(0, count, per_http_chunk)]
    return EVENT_STREAM + b"".join(map(http_chunk, groups)) + LAST_CHUNK


def json_pieces(count: int) -> list[str]:
    """The text of `{"text": "…"}` in `count` pieces of 64 characters."""
    text = '{"text": "' + "x" * (count * 64 - 12) + '"}'
    return [text[i : i + 64] for i in range(0, len(text), 64)]


def json_burst(count: int) -> bytes:
    """A JSON object as the text of an answer, an event per piece."""
    made = [event(chunk(piece)) for piece in json_pieces(count - 1)] + [event(chunk("", "stop"))]
    return EVENT_STREAM + b"".join(map(http_chunk, made)) + LAST_CHUNK


def arguments_burst(count: int) -> bytes:
    """A JSON object as the arguments of a tool call, an event per piece."""
    made = [event(call_chunk("", begins=True))]
    made += [event(call_chunk(piece)) for piece in json_pieces(count - 2)]
    made.append(event(chunk("", "tool_calls")))
    return EVENT_STREAM + b"".join(map(http_chunk, made)) + LAST_CHUNK


def pieces(total_bytes: int, piece_bytes: int) -> bytes:
    """One event of `total_bytes`, in HTTP chunks of `piece_bytes`, then a last event."""
    big = event(chunk("x" * total_bytes))
    parts = [http_chunk(big[i : i + piece_bytes]) for i in range(0, len(big), piece_bytes)]
    return EVENT_STREAM + b"".join(parts) + http_chunk(event(chunk("", "stop"))) + LAST_CHUNK


class Answers:
    """Bytes by name, made at first use: `call`, `slow-20`, `json-1000`, `burst-1000-1`, `hold`, …"""

    def __init__(self) -> None:
        self._made: dict[str, bytes] = {}

    def __getitem__(self, name: str) -> bytes:
        if name not in self._made:
            self._made[name] = self._make(*name.split("-"))
        return self._made[name]

    @staticmethod
    def _make(kind: str, *numbers: str) -> bytes:
        given = [int(number) for number in numbers]
        makers: dict[str, Callable[..., bytes]] = {
            "call": lambda: whole(COMPLETION),
            "slow": lambda _milliseconds: whole(COMPLETION),
            "burst": burst,
            "json": json_burst,
            "arguments": arguments_burst,
            "logprobs": lambda tokens: whole(with_logprobs(tokens)),
            "event": lambda kib: pieces(kib * 1024, 1024),
            "hold": lambda: EVENT_STREAM + http_chunk(event(chunk("first"))),
        }
        return makers[kind](*given)


class Canned(asyncio.Protocol):
    """One connection: counts requests off the wire, writes what their path names."""

    answers = Answers()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = self._received[:end].lower()
            mark = head.find(b"content-length:")
            length = int(head[mark + 15 :].split(b"\r\n", 1)[0]) if mark >= 0 else 0
            if len(self._received) < end + 4 + length:
                return
            self._received = self._received[end + 4 + length :]
            self._answer(head.split(b" ", 2)[1].decode().split("/")[1])

    def _answer(self, name: str) -> None:
        kind, _, number = name.partition("-")
        loop = asyncio.get_running_loop()
        if kind == "drip":
            self._transport.write(EVENT_STREAM)
            self._drip(events(int(number)), 0)
        elif kind == "slow":
            loop.call_later(int(number) / 1000, self._transport.write, self.answers["call"])
        else:
            self._transport.write(self.answers[name])

    def _drip(self, left: list[bytes], index: int) -> None:
        """One event per write, each after the client had time to read the one before."""
        if index < len(left):
            self._transport.write(http_chunk(left[index]))
            asyncio.get_running_loop().call_later(0.0005, self._drip, left, index + 1)
        else:
            self._transport.write(LAST_CHUNK)


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Canned, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(
        None, sys.stdin.read
    )  # ends with the process that started it


if __name__ == "__main__":
    asyncio.run(serve())
