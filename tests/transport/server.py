"""A server in a process of its own, which answers by the name of the model and breaks when asked to.

`whole`, `whole:SECONDS`, `stream:CHUNKS`, and the faults of `answer`. The message is sent back, so that an
answer to another call is noticed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
import struct
import subprocess
import sys
from collections.abc import Iterator

MESSAGE = {"role": "assistant"}


def whole(content: str) -> bytes:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
    body = json.dumps(
        {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    ).encode()
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
    return head + body


def event(content: str | None) -> bytes:
    choice = {"index": 0, "delta": {"content": content or ""}, "finish_reason": None if content else "stop"}
    data = json.dumps(
        {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    ).encode()
    return chunk(b"data: %s\n\n" % data)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


EVENTS = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
END = chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"
UNAVAILABLE = b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nretry-after-ms: 1\r\n\r\n"


async def answer(kind: str, number: str, content: str, writer: asyncio.StreamWriter) -> bool:
    """Answer one request, and return whether the connection goes on."""
    if kind == "whole":
        if number:
            await asyncio.sleep(float(number))
        writer.write(whole(content))
    elif kind == "stream":
        writer.write(EVENTS)
        for index in range(int(number)):
            writer.write(event(f"{content}.{index} "))
            await writer.drain()
            await asyncio.sleep(0)
        writer.write(event(None) + END)
    elif kind == "reset":
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False
    elif kind == "cut":
        writer.write(whole(content)[:-5])
        return False
    elif kind == "cutstream":
        writer.write(EVENTS + event(f"{content}.0 "))
        return False
    elif kind == "busy":
        writer.write(UNAVAILABLE)
    elif kind == "late":
        # Says it, and goes: the next call on this connection finds nobody.
        writer.write(whole(content))
        await writer.drain()
        return False
    elif kind == "excess":
        writer.write(whole(content) + whole("FORGED"))
    return True


async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r")[0])
            request = json.loads(await reader.readexactly(length))
            kind, _, number = request["model"].partition(":")
            if not await answer(kind, number, request["messages"][0]["content"], writer):
                break
            await writer.drain()
    writer.close()


async def main(port: int, certificate: str) -> None:
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    server = await asyncio.start_server(serve_one, "127.0.0.1", port, backlog=2048, ssl=context)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


@contextlib.contextmanager
def running(port: int = 0, certificate: str = "") -> Iterator[int]:
    """Run the server, in TLS if there is a file with its key and certificate, and give its port."""
    command = [sys.executable, "-W", "ignore", __file__, str(port), certificate]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline().split()[1])
        finally:
            process.terminate()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
