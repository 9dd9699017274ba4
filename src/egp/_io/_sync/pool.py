# Made by scripts/unasync from src/egp/_io/_async/pool.py: edit that file, then run the script.
"""The connections to one origin, of one event loop; threads may share them."""

from __future__ import annotations

import os
import sys
import threading
import weakref
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from egp._core.failures import PoolTimeoutError
from egp._core.pool import Place, Pool, Ticket
from egp._io._sync.connect import connect
from egp._io._sync.tunnel import open_tunnel
from egp._io.deadline import seconds_left
from egp._loading import LOADING
from egp.errors import EGPError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from egp._core.config import Origin
    from egp._core.options import Timeouts
    from egp._core.proxy import Proxy
    from egp._io.backends.blocking import Backend, Connection

__all__ = ["ConnectionPool"]

# Whoever waits looks for itself now and then: an interrupt may have come between a place and its waking.
_LOOK_SECONDS = 1.0
_CLOSED = "the client is closed"


class ConnectionPool:
    """The connections to one origin, straight or through a proxy."""

    def __init__(
        self,
        origin: Origin,
        backend: Backend,
        *,
        limit: int,
        expiry: float,
        proxy: Proxy | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._origin = origin
        self.proxy = proxy
        """The proxy that connections go through; None where they go straight."""
        self.forwarder = proxy if origin.scheme == "http" else None
        """The proxy that reads requests and sends them on; None where there is none, or a tunnel."""
        self._ssl_context = ssl_context
        self._backend = backend
        self._limit = limit
        self._expiry = expiry
        self._soon = backend.caller()
        self.is_closed = False
        self._start()
        _pools.add(self)

    def _start(self) -> None:
        # Held for book-keeping: nothing is awaited, opened, closed or woken under it. Its holder may take it
        # again: users' finalizers and signal handlers close streams, wherever they interrupt the thread.
        self._lock = threading.RLock()
        self._pool: Pool[Connection] = Pool(limit=self._limit, expiry=self._expiry)

    @property
    def open_connections(self) -> int:
        """Connections in use or kept for reuse."""
        return self._pool.taken - len(self._pool.dropped) + self._pool.idle

    def acquire(self, timeouts: Timeouts, until: float | None) -> tuple[Place[Connection], Connection, bool]:
        """Return a place, its connection, and whether that was kept from an earlier request."""
        place: Place[Connection] = Place()
        pool = self._pool
        with self._lock:
            expired = pool.expired(monotonic())
            is_had = pool.take(place, self._on_drop)
        for old in expired:
            old.close()
        if pool.dropped:
            self._settle()
        if not is_had:
            self._wait(place, timeouts, until)
        try:
            if self.is_closed:
                raise EGPError(_CLOSED)  # noqa: TRY301
            while (kept := place.connection) is not None:
                if not kept.is_readable():
                    return place, kept, True
                # Nothing was asked on it: the server has closed it, or speaks out of turn.
                with self._lock:
                    pool.renew(place)
                kept.close()
            connection = self._connected(timeouts, until)
            with self._lock:
                pool.hold(place, connection)
            if self.is_closed:
                raise EGPError(_CLOSED)  # noqa: TRY301
        except BaseException:
            self.release(place, reusable=False)
            raise
        return place, connection, False

    def release(self, place: Place[Connection], *, reusable: bool) -> None:
        """Give a place back. Its connection is kept when it can be used again, else closed."""
        connection = place.connection
        if reusable and connection is not None:
            connection.rest()
        with self._lock:
            unwanted = self._pool.give(place, monotonic(), keep=reusable and not self.is_closed)
        if unwanted is not None:
            unwanted.close()
        if self._pool.line or self._pool.dropped:
            self._settle()

    def close(self) -> None:
        """Close the idle connections, and shut down those in use: whoever uses one closes it."""
        self.is_closed = True
        with self._lock:
            idle = self._pool.clear()
            # Under the lock, which whoever uses one takes before it closes it: the number of a descriptor
            # that has been closed may be another's by now.
            for connection in self._pool.used:
                connection.shutdown()
            waiting = self._pool.forget()
        for connection in idle:
            connection.close()
        for ticket in waiting:
            ticket.wake()

    def restart(self) -> None:
        """Start anew after a fork: the child has copies of the sockets, and two must not talk on one."""
        connections = [*self._pool.clear(), *self._pool.used]
        self._start()
        for connection in connections:
            connection.forget()

    def _connected(self, timeouts: Timeouts, until: float | None) -> Connection:
        """Return a new connection. The timeout bounds all of it: lookup, addresses, tunnel, TLS."""
        origin, proxy = self._origin, self.proxy
        peer = origin if proxy is None else proxy
        left = seconds_left(timeouts.connect, until)
        until = None if left is None else monotonic() + left
        connection = connect(self._backend, peer.host, peer.port, until)
        try:
            if proxy is not None and proxy.scheme == "https":
                # Certificates of one's own are for the server.
                connection.start_tls(_context(None), proxy.host, until)
            if origin.scheme == "https":
                if proxy is not None:
                    open_tunnel(connection, proxy, origin, until)
                context = _context(self._ssl_context)
                if proxy is not None and proxy.scheme == "https":
                    return self._nested(connection, context, until)
                connection.start_tls(context, origin.host, until)
        except BaseException:
            connection.close()
            raise
        return connection

    def _nested(self, outer: Connection, context: ssl.SSLContext, until: float | None) -> Connection:
        # Imported here: few proxies speak TLS themselves.
        with LOADING:
            from egp._io._sync.nested_tls import NestedTls

        nested = NestedTls(outer, context, self._origin.host)
        nested.shake_hands(until)
        # It has what a connection has, but for the handshake, which is done.
        return cast("Connection", nested)

    def _wait(self, place: Place[Connection], timeouts: Timeouts, until: float | None) -> None:
        """Wait in the line until the place is had. Raises `PoolTimeoutError` when that takes too long."""
        seconds = timeouts.pool
        last = None if seconds is None else monotonic() + seconds
        bell = self._backend.bell()
        ticket = Ticket(bell.ring)
        try:
            while True:
                with self._lock:
                    is_had = self._pool.take(place, self._on_drop, ticket)
                    if not is_had:
                        self._pool.join(ticket, self._on_drop)
                if self._pool.dropped:
                    self._settle()
                if is_had:
                    return
                if self.is_closed:
                    raise EGPError(_CLOSED)  # noqa: TRY301
                left = seconds_left(_LOOK_SECONDS, until)
                if last is not None and left is not None:
                    left = min(left, last - monotonic())
                    if left <= 0:
                        raise PoolTimeoutError(_message(self._limit, seconds))  # noqa: TRY301
                bell.wait(left)
        except BaseException:
            with self._lock:
                self._pool.leave(ticket)
            self._settle()
            raise

    def _on_drop(self, key: weakref.ref[Any], is_ending: Callable[[], bool] = sys.is_finalizing) -> None:
        # Called by the garbage collector, anywhere: it hands over, and takes no lock. When the program ends,
        # and the names of modules are gone, there is nothing to hand over to.
        if not is_ending():
            self._pool.dropped.append(key)
            self._soon(self._settle)

    def _settle(self) -> None:
        """Clear up after what was dropped, and wake those for whom there is a place. It takes no lock."""
        for connection in self._pool.settle():
            connection.close()
        for ticket in self._pool.due():
            ticket.wake()


def _context(given: ssl.SSLContext | None) -> ssl.SSLContext:
    if given is not None:
        return given
    # Imported here: loading TLS takes longer than a call over plain HTTP. A context is made under the lock,
    # too: OpenSSL has locks of its own then, which a fork would leave locked in the child.
    with LOADING:
        from egp._io.tls import default_context

        return default_context()


def _message(limit: int, seconds: float | None) -> str:
    return (
        f"no connection became free within the pool timeout of {seconds or 0:.6g} s:"
        f" all {limit} of the client's connection pool are in use"
    )


_pools: weakref.WeakSet[ConnectionPool] = weakref.WeakSet()


def _restart_in_child() -> None:
    for pool in list(_pools):
        pool.restart()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_restart_in_child)
