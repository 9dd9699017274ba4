"""HTTP/1.1 over pooled connections, on asyncio or trio. Its twin is `sync_http`."""

from __future__ import annotations

import sys
import threading
from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from egp._core.faults import PoolTimeoutError
from egp._core.incoming import Incoming
from egp._core.pool import Pool, Ticket
from egp._io.remaining import seconds_left
from egp._io.sync_http import pool_message
from egp.errors import EGPError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Coroutine

    from egp._core.attempts import Attempts
    from egp._core.call import Timeouts
    from egp._core.config import Origin
    from egp._core.headers import Headers
    from egp._core.steps import Send
    from egp._io.wire import Wire

__all__ = ["AsyncConnectionPool", "AsyncExchange", "Backend", "Connection", "current_backend"]


class Connection(Protocol):
    """One TCP or TLS connection."""

    async def write(self, data: memoryview, seconds: float | None, until: float | None) -> None: ...
    async def read(self, seconds: float | None, until: float | None) -> bytes: ...
    def is_readable(self) -> bool: ...
    def close(self) -> None: ...


class Event(Protocol):
    """Set once, awaited once."""

    def set(self) -> None: ...
    async def wait(self, seconds: float | None) -> None: ...


class Backend(Protocol):
    """What an asynchronous library offers; a module of this package for each."""

    def event(self) -> Event: ...
    def token(self) -> object: ...
    def spawn(self, function: Callable[[], Coroutine[Any, Any, None]], /) -> None: ...
    async def sleep(self, seconds: float, /) -> None: ...
    async def connect(
        self, origin: Origin, context: ssl.SSLContext | None, seconds: float | None, until: float | None
    ) -> Connection: ...


def current_backend() -> Backend:
    """The library that runs the current task."""
    trio = sys.modules.get("trio")
    if trio is not None and _is_trio_task(trio):
        from egp._io import trio_streams

        return trio_streams
    from egp._io import asyncio_streams

    return asyncio_streams


def _is_trio_task(trio: Any) -> bool:
    try:
        trio.lowlevel.current_task()
    except RuntimeError:
        return False
    return True


class AsyncConnectionPool:
    """The connections to one origin, in one event loop."""

    def __init__(self, origin: Origin, backend: Backend, *, limit: int, expiry: float) -> None:
        self._origin = origin
        self._backend = backend
        self._limit = limit
        self._closed = False
        self._pool: Pool[Connection] = Pool(limit=limit, expiry=expiry)
        self._used: set[Connection] = set()
        self._thread = threading.get_ident()
        # Connections whose exchange was collected as garbage, perhaps in another thread.
        self._orphans: deque[Connection] = deque()

    @property
    def open_connections(self) -> int:
        """Connections in use or kept for reuse."""
        return self._pool.taken + self._pool.idle

    async def acquire(self, timeouts: Timeouts, until: float | None) -> tuple[Connection, bool]:
        """A connection, and whether it was kept from an earlier request."""
        self._check_open()
        if self._orphans:
            self._drop_orphans()
        granted = self._pool.take()
        for old in self._pool.expired(monotonic()):
            old.close()
        connection = await self._wait(granted, timeouts, until) if isinstance(granted, Ticket) else granted
        try:
            if connection is not None:
                if not connection.is_readable():
                    self._used.add(connection)
                    return connection, True
                # Nothing was asked on it: the server has closed it.
                connection.close()
            connection = await self._backend.connect(self._origin, self._context(), timeouts.connect, until)
            if self._closed:
                connection.close()
                self._check_open()
            self._used.add(connection)
        except BaseException:
            self._wake_next(None)
            raise
        return connection, False

    def release(self, connection: Connection, *, reusable: bool) -> None:
        """Return a connection: kept when it can be used again, else closed."""
        if connection not in self._used:
            # Closed with the pool.
            connection.close()
            return
        self._used.discard(connection)
        if not reusable or self._closed:
            connection.close()
            self._wake_next(None)
        else:
            self._wake_next(connection)

    def abandon(self, connection: Connection) -> None:
        """Close a connection from a finalizer, which may run in any thread."""
        self._orphans.append(connection)
        if threading.get_ident() == self._thread:
            self._drop_orphans()

    def close(self) -> None:
        """Close every connection, those in use too."""
        self._closed = True
        connections = [*self._pool.clear(), *self._used]
        self._used.clear()
        for connection in connections:
            connection.close()

    def _context(self) -> ssl.SSLContext | None:
        if self._origin.scheme != "https":
            return None
        # Imported here: loading TLS takes longer than a call over plain HTTP.
        from egp._io.tls import default_context

        return default_context()

    def _check_open(self) -> None:
        if self._closed:
            raise EGPError("the client is closed")

    def _drop_orphans(self) -> None:
        while self._orphans:
            self.release(self._orphans.popleft(), reusable=False)

    def _wake_next(self, connection: Connection | None) -> None:
        ticket = self._pool.drop() if connection is None else self._pool.give(connection, monotonic())
        if ticket is not None:
            _wake(ticket)

    async def _wait(
        self, ticket: Ticket[Connection], timeouts: Timeouts, until: float | None
    ) -> Connection | None:
        event: Event = self._backend.event()
        ticket.wake = event.set
        try:
            await event.wait(seconds_left(timeouts.pool, until))
        except BaseException:
            self._leave(ticket)
            raise
        if not ticket.is_served:
            self._pool.leave(ticket, monotonic())
            seconds_left(None, until)
            raise PoolTimeoutError(pool_message(self._limit, timeouts.pool))
        return ticket.connection

    def _leave(self, ticket: Ticket[Connection]) -> None:
        """Stop waiting; what was given in the meantime goes to the next in line."""
        woken = self._pool.leave(ticket, monotonic())
        if woken is not None:
            _wake(woken)


def _wake(ticket: Ticket[Connection]) -> None:
    if ticket.wake is not None:
        ticket.wake()


class AsyncExchange:
    """One request and its response on a connection of the pool."""

    __slots__ = (
        "_call",
        "_connection",
        "_incoming",
        "_pool",
        "_started",
        "_timeouts",
        "doing",
        "headers",
        "is_reused",
        "status",
    )

    status: int
    headers: Headers

    def __init__(self, pool: AsyncConnectionPool, attempts: Attempts) -> None:
        self._pool = pool
        self._call = attempts.call
        self._timeouts = attempts.timeouts
        self._incoming = Incoming(attempts.call.method)
        self._connection: Connection | None = None
        self._started = False
        self.doing = "connecting"
        """The step under way, for messages."""
        self.is_reused = False

    @property
    def is_stale(self) -> bool:
        """Whether a failure now means that a kept connection had been closed by the server."""
        return self.is_reused and not self._incoming.has_begun

    async def send(self, wire: Wire, step: Send) -> None:
        """Put the request on the wire and read the head of its response."""
        timeouts, until = self._timeouts, step.until
        connection, self.is_reused = await self._pool.acquire(timeouts, until)
        self._connection = connection
        self.doing = "sending"
        try:
            for part in wire.message(self._call, step.target, step.retries):
                await connection.write(part, timeouts.write, until)
        except TimeoutError:
            raise
        except OSError:
            # A server may answer and close before it has read all; its answer says why.
            pass
        self.doing = "reading"
        head = None
        while head is None:
            head = self._incoming.feed_head(await connection.read(timeouts.read, until))
        self.status, self.headers = head.status, head.headers

    async def read(self, until: float | None) -> bytes:
        """The next decoded bytes of the body; empty at its end, when the connection is free again."""
        incoming = self._incoming
        if not self._started:
            self._started = True
            data = incoming.start_body()
            if data:
                return data
        connection = self._connection
        while connection is not None:
            if incoming.is_complete:
                self.close()
                break
            received = await connection.read(self._timeouts.read, until)
            if not received:
                incoming.end()
                continue
            data = incoming.feed_body(received)
            if data:
                return data
        return b""

    async def aclose(self) -> None:
        """Free the connection, which is kept when the response has been read to its end. Never waits."""
        self.close()

    def close(self) -> None:
        """The same, where nothing can be awaited."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._pool.release(connection, reusable=self._incoming.is_reusable)

    def __del__(self) -> None:
        if self._connection is not None:
            self._pool.abandon(self._connection)
