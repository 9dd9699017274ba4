"""The connections to one origin, blocking, shared by threads. Its twin is `async_pool`."""

from __future__ import annotations

import os
import threading
import weakref
from collections import deque
from time import monotonic
from typing import TYPE_CHECKING

from egp._core.failures import PoolTimeoutError
from egp._core.pool import Pool, Ticket
from egp._io.backends.blocking import Connection, connect
from egp._io.deadline import seconds_left
from egp._io.proxies import is_proxied
from egp.errors import EGPError

if TYPE_CHECKING:
    from egp._core.config import Origin
    from egp._core.options import Timeouts

__all__ = ["ConnectionPool", "Pools", "pool_message"]


class Pools:
    """The pools of one client, one for each origin."""

    def __init__(self, *, limit: int, expiry: float) -> None:
        self._limit = limit
        self._expiry = expiry
        self._pools: dict[Origin, ConnectionPool | None] = {}

    @property
    def open_connections(self) -> int:
        """Connections in use or kept for reuse."""
        return sum(pool.open_connections for pool in self._pools.values() if pool is not None)

    def of(self, origin: Origin) -> ConnectionPool | None:
        """Return the pool for an origin; None where a proxy is in between, which is left to httpx."""
        if origin not in self._pools:
            # Never made twice: `dict.setdefault` is atomic.
            self._pools.setdefault(origin, self._made(origin))
        return self._pools[origin]

    def close(self) -> None:
        """Close every connection, those in use too."""
        for pool in self._pools.values():
            if pool is not None:
                pool.close()

    def _made(self, origin: Origin) -> ConnectionPool | None:
        if is_proxied(origin.scheme, origin.host):
            return None
        return ConnectionPool(origin, limit=self._limit, expiry=self._expiry)


class ConnectionPool:
    """The connections to one origin, shared by threads."""

    def __init__(self, origin: Origin, *, limit: int, expiry: float) -> None:
        self._origin = origin
        self._limit = limit
        self._expiry = expiry
        self._closed = False
        self._reset()
        _pools.add(self)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._pool: Pool[Connection] = Pool(limit=self._limit, expiry=self._expiry)
        self._used: set[Connection] = set()
        # Connections whose exchange was collected as garbage, perhaps while this thread held the lock.
        self._orphans: deque[Connection] = deque()

    @property
    def open_connections(self) -> int:
        """Connections in use or kept for reuse."""
        return self._pool.taken + self._pool.idle

    def acquire(self, timeouts: Timeouts, until: float | None) -> tuple[Connection, bool]:
        """A connection, and whether it was kept from an earlier request."""
        with self._lock:
            self._check_open()
            woken = self._drop_orphans() if self._orphans else ()
            granted = self._pool.take()
            expired = self._pool.expired(monotonic())
        for ticket in woken:
            _wake(ticket)
        for old in expired:
            old.close()
        connection = self._wait(granted, timeouts, until) if isinstance(granted, Ticket) else granted
        try:
            if connection is not None:
                if not connection.is_readable():
                    self._used.add(connection)
                    return connection, True
                # Nothing was asked on it: the server has closed it.
                connection.close()
            self._check_open()
            connection = connect(self._origin, timeouts.connect, until)
            self._used.add(connection)
            if self._closed:
                connection.close()
                self._check_open()
        except BaseException:
            self._wake_next(None)
            raise
        return connection, False

    def release(self, connection: Connection, *, reusable: bool) -> None:
        """Return a connection: kept when it can be used again, else closed."""
        if connection not in self._used:
            # Closed with the pool, or a copy of the parent process's.
            connection.close()
            return
        self._used.discard(connection)
        if not reusable or self._closed:
            connection.close()
            self._wake_next(None)
        else:
            self._wake_next(connection)

    def abandon(self, connection: Connection) -> None:
        """Close a connection from a finalizer, which must not wait for the lock: this thread may hold it."""
        connection.close()
        self._orphans.append(connection)
        if self._lock.acquire(blocking=False):
            try:
                woken = self._drop_orphans()
            finally:
                self._lock.release()
            for ticket in woken:
                _wake(ticket)

    def forget(self) -> None:
        """Start anew after a fork: the child has copies of the sockets, and two must not talk on one."""
        connections = [*self._pool.clear(), *self._used]
        self._reset()
        for connection in connections:
            connection.forget()

    def close(self) -> None:
        """Close every connection, those in use too."""
        self._closed = True
        with self._lock:
            connections = [*self._pool.clear(), *self._used]
            self._used.clear()
            waiting = self._pool.dismiss()
        for connection in connections:
            connection.close()
        for ticket in waiting:
            _wake(ticket)

    def _check_open(self) -> None:
        if self._closed:
            raise EGPError("the client is closed")

    def _drop_orphans(self) -> list[Ticket[Connection]]:
        woken: list[Ticket[Connection]] = []
        while self._orphans:
            orphan = self._orphans.popleft()
            if orphan in self._used:
                self._used.discard(orphan)
                ticket = self._pool.drop()
                if ticket is not None:
                    woken.append(ticket)
        return woken

    def _wake_next(self, connection: Connection | None) -> None:
        with self._lock:
            ticket = self._pool.drop() if connection is None else self._pool.give(connection, monotonic())
        if ticket is not None:
            _wake(ticket)

    def _wait(self, ticket: Ticket[Connection], timeouts: Timeouts, until: float | None) -> Connection | None:
        event = threading.Event()
        with self._lock:
            ticket.wake = event.set
            if ticket.is_served:
                event.set()
        try:
            event.wait(seconds_left(timeouts.pool, until))
        except BaseException:
            self._leave(ticket)
            raise
        with self._lock:
            served = ticket.is_served
            if not served:
                self._pool.leave(ticket, monotonic())
        if not served:
            seconds_left(None, until)
            raise PoolTimeoutError(pool_message(self._limit, timeouts.pool))
        return ticket.connection

    def _leave(self, ticket: Ticket[Connection]) -> None:
        """Stop waiting; what was given in the meantime goes to the next in line."""
        with self._lock:
            woken = self._pool.leave(ticket, monotonic())
        if woken is not None:
            _wake(woken)

    def __del__(self) -> None:
        for connection in self._pool.clear():
            connection.close()


def pool_message(limit: int, seconds: float | None) -> str:
    """What to say when no connection became free."""
    return (
        f"no connection became free within the pool timeout of {seconds or 0:.6g} s:"
        f" all {limit} of the client's connection pool are in use"
    )


def _wake(ticket: Ticket[Connection]) -> None:
    if ticket.wake is not None:
        ticket.wake()


_pools: weakref.WeakSet[ConnectionPool] = weakref.WeakSet()


def _forget_in_child() -> None:
    for pool in _pools:
        pool.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
