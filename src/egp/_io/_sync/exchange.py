# Made by scripts/unasync from src/egp/_io/_async/exchange.py: edit that file, then run the script.
"""One request and its response over a pooled connection: HTTP/1.1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from egp._core.failures import Stage
from egp._core.http1.response import ResponseParser

if TYPE_CHECKING:
    from egp._core.flow import CallFlow, Send
    from egp._core.http1.request import RequestWriter
    from egp._core.response import ResponseHead
    from egp._io.backends.blocking import Connection
    from egp._io.sync_pool import ConnectionPool

__all__ = ["Exchange"]


class Exchange:
    """One request and its response on a connection of the pool."""

    __slots__ = (
        "_connection",
        "_is_body_begun",
        "_parser",
        "_pool",
        "_request",
        "_timeouts",
        "is_reused",
        "stage",
    )

    def __init__(self, pool: ConnectionPool, flow: CallFlow) -> None:
        self._pool = pool
        self._request = flow.request
        self._timeouts = flow.options.timeout
        self._parser = ResponseParser(flow.request.method)
        self._connection: Connection | None = None
        self._is_body_begun = False
        self.stage = Stage.CONNECT
        self.is_reused = False

    @property
    def is_stale(self) -> bool:
        """Whether a failure now means that a kept connection had been closed by the server."""
        return self.is_reused and not self._parser.has_begun

    def send(self, writer: RequestWriter, step: Send) -> ResponseHead:
        """Put the request on the wire and return the head of its response."""
        timeouts, until = self._timeouts, step.until
        connection, self.is_reused = self._pool.acquire(timeouts, until)
        self._connection = connection
        self.stage = Stage.SEND
        try:
            for part in writer.message(self._request, step.target, step.retries):
                connection.write(part, timeouts.write, until)
        except TimeoutError:
            raise
        except OSError:
            # A server may answer and close before it has read all; its answer says why.
            pass
        self.stage = Stage.READ
        head = None
        while head is None:
            head = self._parser.feed_head(connection.read(timeouts.read, until))
        return head

    def read(self, until: float | None) -> bytes:
        """Return the next decoded bytes of the body; empty at its end, when the connection is free again."""
        parser = self._parser
        if not self._is_body_begun:
            self._is_body_begun = True
            data = parser.start_body()
            if data:
                return data
        connection = self._connection
        while connection is not None:
            if parser.has_more:
                data = parser.next_data()
                if data:
                    return data
            if parser.is_complete:
                self.close()
                break
            received = connection.read(self._timeouts.read, until)
            if not received:
                parser.end()
                continue
            data = parser.feed_body(received)
            if data:
                return data
        return b""

    def close(self) -> None:
        """Free the connection, which is kept when the response has been read to its end. Never waits."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._pool.release(connection, reusable=self._parser.is_reusable)

    def abandon(self) -> None:
        """Close the connection from a finalizer, which may run in any thread and takes no lock."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._pool.abandon(connection)

    def __del__(self) -> None:
        if self._connection is not None:
            self.abandon()
