"""Sends a reply, at its pace and to its end."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

from egp.testing._protocol import reset, transport_of, until_gone
from egp.testing._reply import BROKEN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive, Scope, Send

    from egp.testing._reply import End, Reply

_WITHOUT_BODY = {204, 304}


class ClientGoneError(Exception):
    """The client left, or the server stops, before the reply was sent."""


class ReplySender:
    """Sends one reply over the connection of one request."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, *, headers: Mapping[str, str]) -> None:
        self._headers = headers
        self._transport = transport_of(scope)
        self._gone = asyncio.ensure_future(until_gone(receive))
        self._send = send

    async def play(self, reply: Reply) -> None:
        """Send the reply; return when it is sent, or when nobody is there to receive it."""
        try:
            await self._wait(reply.delay)
            if reply.bare:
                await self._play_bare(reply)
            elif reply.whole:
                await self._play_whole(reply)
            else:
                await self._play_parts(reply)
        except ClientGoneError:
            pass
        finally:
            self._gone.cancel()

    async def _play_bare(self, reply: Reply) -> None:
        for place, part in enumerate(reply.parts):
            await self._wait(reply.interval if place else 0)
            self._transport.write(part)
        await self._break_off(reply.end if reply.end in BROKEN else "close")

    async def _play_whole(self, reply: Reply) -> None:
        has_body = reply.status not in _WITHOUT_BODY
        body = b"".join(reply.parts) if has_body else b""
        await self._start(reply, {"content-length": str(len(body))} if has_body else {})
        if reply.end in BROKEN:
            await self._body(body[: len(body) // 2], more=True)
            await self._break_off(reply.end)
        else:
            await self._body(body, more=False)

    async def _play_parts(self, reply: Reply) -> None:
        await self._start(reply, {})
        for place, part in enumerate(reply.parts):
            # Even without an interval, other requests get their turn between two parts.
            await self._wait(_wait_before(reply, place))
            await self._body(part, more=True)
        if reply.end in BROKEN:
            await self._break_off(reply.end)
        else:
            await self._body(b"", more=False)

    async def _start(self, reply: Reply, further: Mapping[str, str]) -> None:
        encoded = reply.exact_headers
        if encoded is None:
            headers = {**self._headers, **reply.headers, **further}
            encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self._send({"type": "http.response.start", "status": reply.status, "headers": encoded})

    async def _body(self, part: bytes, *, more: bool) -> None:
        await self._send({"type": "http.response.body", "body": part, "more_body": more})

    async def _break_off(self, end: End) -> None:
        if end == "close":
            self._transport.close()
        elif end == "reset":
            reset(self._transport)
        await self._wait(math.inf)

    async def _wait(self, seconds: float) -> None:
        if seconds > 0:
            await asyncio.wait({self._gone}, timeout=None if math.isinf(seconds) else seconds)
        else:
            await asyncio.sleep(0)
        if self._gone.done():
            raise ClientGoneError


def _wait_before(reply: Reply, place: int) -> float:
    if place < len(reply.waits):
        return reply.waits[place]
    return reply.interval if place else 0.0
