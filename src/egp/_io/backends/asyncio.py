"""Connections, waiting and sleeping on asyncio. Its twin is `trio_streams`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from egp._io.deadline import seconds_left
from egp._io.happy_eyeballs import first_to_answer, resolved
from egp._io.socket_options import SOCKET_OPTIONS

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Coroutine

    from egp._core.config import Origin

__all__ = ["Connection", "connect", "event", "sleep", "spawn", "token"]

# Beyond this the peer is not read from until what came has been taken.
_HIGH_WATER_BYTES = 256 * 1024

sleep = asyncio.sleep


def token() -> object:
    """What tells one event loop from another."""
    return asyncio.get_running_loop()


def spawn(function: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine function beside everything else; nothing happens once the loop is closed."""
    try:
        task = asyncio.get_running_loop().create_task(function())
    except RuntimeError:
        return
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


# The loop itself holds tasks weakly.
_tasks: set[asyncio.Task[None]] = set()


class _Event:
    """Set once, awaited once."""

    __slots__ = ("_future",)

    def __init__(self) -> None:
        self._future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def set(self) -> None:
        """Wake the one that waits."""
        if not self._future.done():
            self._future.set_result(None)

    async def wait(self, seconds: float | None) -> None:
        """Wait until it is set, or until the time is up."""
        await asyncio.wait([self._future], timeout=seconds)


event = _Event


class Connection(asyncio.Protocol):
    """A connection that is read when asked, not called back; closing it never waits."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._received: list[bytes] = []
        self._size = 0
        self._ended = False
        self._error: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None
        self._is_writing_paused = False
        self._is_reading_paused = False

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        # Not asked for its class: those of other event loops, uvloop's among them, are no subclasses.
        self._transport = cast("asyncio.Transport", transport)
        connected = transport.get_extra_info("socket")
        if connected is not None:
            for option in SOCKET_OPTIONS:
                connected.setsockopt(*option)

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._received.append(data)
        self._size += len(data)
        if self._size > _HIGH_WATER_BYTES and self._transport is not None:
            self._transport.pause_reading()
            self._is_reading_paused = True
        _wake(self._reader)

    def eof_received(self) -> None:
        """See `asyncio.Protocol`."""
        self._ended = True
        _wake(self._reader)

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self._ended = True
        self._error = exc
        _wake(self._reader)
        _wake(self._writer)

    def pause_writing(self) -> None:
        """See `asyncio.Protocol`."""
        self._is_writing_paused = True

    def resume_writing(self) -> None:
        """See `asyncio.Protocol`."""
        self._is_writing_paused = False
        _wake(self._writer)

    # What the driver calls.

    async def write(self, data: memoryview, seconds: float | None, until: float | None) -> None:
        """Send all of it, as far as the operating system takes it."""
        transport = self._transport
        if transport is None or transport.is_closing():
            raise self._error or ConnectionResetError("the server closed the connection")
        transport.write(data)
        while self._is_writing_paused and not self._ended:
            self._writer = self._loop.create_future()
            try:
                await _bounded_future(self._writer, seconds_left(seconds, until))
            finally:
                self._writer = None

    async def read(self, seconds: float | None, until: float | None) -> bytes:
        """The bytes that come next; empty when the peer has closed."""
        while not self._received:
            if self._error is not None:
                raise self._error
            if self._ended:
                return b""
            self._reader = self._loop.create_future()
            try:
                await _bounded_future(self._reader, seconds_left(seconds, until))
            finally:
                self._reader = None
        received = self._received
        data = received[0] if len(received) == 1 else b"".join(received)
        received.clear()
        self._size = 0
        if self._is_reading_paused and self._transport is not None:
            self._is_reading_paused = False
            self._transport.resume_reading()
        return data

    def is_readable(self) -> bool:
        """Whether a read would return at once: on an idle connection, the sign that the peer closed it."""
        return self._ended or bool(self._received) or self._transport is None or self._transport.is_closing()

    def close(self) -> None:
        """Close at once; harmless when closed already, and when the loop is."""
        self._ended = True
        _wake(self._reader)
        if self._transport is not None:
            try:
                self._transport.abort()
            except RuntimeError:
                # The loop is closed, and its sockets with it.
                return


def _wake(future: asyncio.Future[None] | None) -> None:
    if future is not None and not future.done():
        future.set_result(None)


def _expire(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_exception(TimeoutError())


async def _bounded_future(future: asyncio.Future[None], seconds: float | None) -> None:
    # A timer by hand: asyncio.timeout() costs as much as the rest of a read.
    if seconds is None:
        await future
        return
    timer = future.get_loop().call_later(seconds, _expire, future)
    try:
        await future
    finally:
        timer.cancel()


async def connect(
    origin: Origin, context: ssl.SSLContext | None, seconds: float | None, until: float | None
) -> Connection:
    """A connection to an origin, the TLS handshake included."""
    loop = asyncio.get_running_loop()

    async def connected(address: str) -> Connection:
        _, connection = await loop.create_connection(
            Connection,
            address,
            origin.port,
            ssl=context,
            server_hostname=origin.host if context is not None else None,
        )
        return connection

    async with asyncio.timeout(seconds_left(seconds, until)):
        return await first_to_answer(await resolved(origin.host, origin.port), connected, Connection.close)
