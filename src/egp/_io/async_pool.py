"""The connections to one origin, in one event loop. Its twin is `sync_pool`."""

from __future__ import annotations

import threading
from collections import deque
from time import monotonic
from typing import TYPE_CHECKING

from egp._core.failures import PoolTimeoutError
from egp._core.pool import Pool, Ticket
from egp._io.backends import Backend, current_backend
from egp._io.deadline import seconds_left
from egp._io.proxies import is_proxied
from egp._io.sync_pool import pool_message
from egp.errors import EGPError

if TYPE_CHECKING:
    import ssl

    from egp._core.config import Origin
    from egp._core.options import Timeouts
    from egp._io.backends import Connection, Event

__all__ = ["AsyncConnectionPool", "AsyncPools"]


class AsyncPools:
    """The pools of one client, one for each origin; they belong to the event loop of its first call."""

    def __init__(self, *, limit: int, expiry: float) -> None:
        self._limit = limit
        self._expiry = expiry
        self._pools: dict[Origin, AsyncConnectionPool | None] = {}
        self._backend: Backend | None = None
        self._token: object = None

    @property
    def open_connections(self) -> int:
        """Connections in use or kept for reuse."""
        return sum(pool.open_connections for pool in self._pools.values() if pool is not None)

    def of(self, origin: Origin) -> AsyncConnectionPool | None:
        """Return the pool for an origin; None where a proxy is in between, which is left to httpx.

        Raises `EGPError` in another event loop than that of the first call.
        """
        backend = self._enter_loop()
        if origin not in self._pools:
            self._pools[origin] = self._made(origin, backend)
        return self._pools[origin]

    def close(self) -> None:
        """Close every connection, those in use too."""
        for pool in self._pools.values():
            if pool is not None:
                pool.close()

    def _made(self, origin: Origin, backend: Backend) -> AsyncConnectionPool | None:
        if is_proxied(origin.scheme, origin.host):
            return None
        return AsyncConnectionPool(origin, backend, limit=self._limit, expiry=self._expiry)

    def _enter_loop(self) -> Backend:
        backend = self._backend
        if backend is None:
            backend = self._backend = current_backend()
            self._token = backend.token()
            return backend
        try:
            is_own = backend.token() is self._token
        except RuntimeError:
            is_own = False
        if not is_own:
            raise EGPError(
                "an AsyncClient belongs to the event loop of its first call, and this is another one:"
                " make a client in each"
            )
        return backend


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
            self._check_open()
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
        for ticket in self._pool.dismiss():
            _wake(ticket)

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
