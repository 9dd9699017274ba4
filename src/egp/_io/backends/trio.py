"""Connections, waiting and sleeping on trio. Its twin is `asyncio_streams`."""

from __future__ import annotations

import contextlib
import math
import os
import select
from typing import TYPE_CHECKING

import trio

from egp._io.deadline import seconds_left
from egp._io.socket_options import SOCKET_OPTIONS

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable

    from egp._core.config import Origin

__all__ = ["Connection", "connect", "event", "sleep", "spawn", "token"]

_READ_BYTES = 64 * 1024

sleep = trio.sleep


def token() -> object:
    """What tells one event loop from another."""
    return trio.lowlevel.current_trio_token()


def spawn(function: Callable[[], Awaitable[None]]) -> None:
    """Run a coroutine function beside everything else; nothing happens once the loop is closed."""
    with contextlib.suppress(RuntimeError):
        trio.lowlevel.spawn_system_task(function)


class _Event:
    """Set once, awaited once."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = trio.Event()

    def set(self) -> None:
        """Wake the one that waits."""
        self._event.set()

    async def wait(self, seconds: float | None) -> None:
        """Wait until it is set, or until the time is up."""
        with trio.move_on_after(math.inf if seconds is None else seconds):
            await self._event.wait()


event = _Event


class Connection:
    """A connected stream; closing it never waits."""

    def __init__(
        self, raw: trio.SocketStream, stream: trio.SocketStream | trio.SSLStream[trio.SocketStream]
    ) -> None:
        self._raw = raw
        self._stream = stream

    async def write(self, data: memoryview, seconds: float | None, until: float | None) -> None:
        """Send all of it."""
        left = seconds_left(seconds, until)
        try:
            with trio.fail_after(math.inf if left is None else left):
                await self._stream.send_all(data)
        except (trio.TooSlowError, trio.BrokenResourceError, trio.ClosedResourceError) as error:
            broken = _translated(error)
        else:
            return
        raise broken

    async def read(self, seconds: float | None, until: float | None) -> bytes:
        """The bytes that come next; empty when the peer has closed."""
        left = seconds_left(seconds, until)
        try:
            with trio.fail_after(math.inf if left is None else left):
                return bytes(await self._stream.receive_some(_READ_BYTES))
        except (trio.TooSlowError, trio.BrokenResourceError, trio.ClosedResourceError) as error:
            broken = _translated(error)
        raise broken

    def is_readable(self) -> bool:
        """Whether a read would return at once: on an idle connection, the sign that the peer closed it."""
        descriptor = self._raw.socket.fileno()
        if descriptor < 0:
            return True
        if hasattr(select, "poll"):
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            return bool(poll.poll(0))
        return bool(select.select([descriptor], [], [], 0)[0])

    def close(self) -> None:
        """Close at once; harmless when closed already, and when the loop is."""
        _close(self._raw)


def _translated(error: Exception) -> OSError:
    """What the same failure is on a plain socket."""
    if isinstance(error, trio.TooSlowError):
        return TimeoutError()
    cause = error.__cause__
    return cause if isinstance(cause, OSError) else ConnectionResetError("the connection is broken")


async def connect(
    origin: Origin, context: ssl.SSLContext | None, seconds: float | None, until: float | None
) -> Connection:
    """A connection to an origin, the TLS handshake included."""
    left = seconds_left(seconds, until)
    raw: trio.SocketStream | None = None
    try:
        with trio.fail_after(math.inf if left is None else left):
            raw = await trio.open_tcp_stream(origin.host, origin.port)
            for option in SOCKET_OPTIONS:
                raw.setsockopt(*option)
            if context is None:
                return Connection(raw, raw)
            secured = trio.SSLStream(raw, context, server_hostname=origin.host, https_compatible=True)
            await secured.do_handshake()
            return Connection(raw, secured)
    except (trio.TooSlowError, trio.BrokenResourceError, trio.ClosedResourceError) as error:
        _close(raw)
        broken = _translated(error)
    except BaseException:
        _close(raw)
        raise
    raise broken


def _close(raw: trio.SocketStream | None) -> None:
    if raw is None:
        return
    try:
        raw.socket.close()
    except RuntimeError:
        # The loop has ended: nobody is left who waits for the socket.
        os.close(raw.socket.detach())
