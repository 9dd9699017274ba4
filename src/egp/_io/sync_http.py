"""HTTP/1.1 over pooled connections, blocking. Its twin is `async_http`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from egp._core.incoming import Incoming

if TYPE_CHECKING:
    from egp._core.attempts import Attempts
    from egp._core.headers import Headers
    from egp._core.steps import Send
    from egp._io.sockets import Connection
    from egp._io.sync_pool import ConnectionPool
    from egp._io.wire import Wire

__all__ = ["Exchange"]


class Exchange:
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

    def __init__(self, pool: ConnectionPool, attempts: Attempts) -> None:
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

    def send(self, wire: Wire, step: Send) -> None:
        """Put the request on the wire and read the head of its response."""
        timeouts, until = self._timeouts, step.until
        connection, self.is_reused = self._pool.acquire(timeouts, until)
        self._connection = connection
        self.doing = "sending"
        try:
            for part in wire.message(self._call, step.target, step.retries):
                connection.write(part, timeouts.write, until)
        except TimeoutError:
            raise
        except OSError:
            # A server may answer and close before it has read all; its answer says why.
            pass
        self.doing = "reading"
        head = None
        while head is None:
            head = self._incoming.feed_head(connection.read(timeouts.read, until))
        self.status, self.headers = head.status, head.headers

    def read(self, until: float | None) -> bytes:
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
            received = connection.read(self._timeouts.read, until)
            if not received:
                incoming.end()
                continue
            data = incoming.feed_body(received)
            if data:
                return data
        return b""

    def close(self) -> None:
        """Free the connection, which is kept when the response has been read to its end."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._pool.release(connection, reusable=self._incoming.is_reusable)

    def abandon(self) -> None:
        """Close the connection from a finalizer, which takes no lock: its thread may hold it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._pool.abandon(connection)

    def __del__(self) -> None:
        self.abandon()
