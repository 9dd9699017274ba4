"""One request and its response over a pooled connection: HTTP/1.1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from egp._core.failures import ClientClosedError, Stage
from egp._core.http1.response import ResponseParser

if TYPE_CHECKING:
    from egp._core.flow import CallFlow, Drain, Send
    from egp._core.http1.request import RequestWriter
    from egp._core.pool import Place
    from egp._core.response import ResponseHead
    from egp._io._async.pool import AsyncConnectionPool
    from egp._io.backends import Connection

__all__ = ["AsyncExchange"]

# For the answer of a server that has broken off the request.
_LAST_WORDS_SECONDS = 1.0


class AsyncExchange:
    """One request and its response on a connection of the pool."""

    __slots__ = (
        "_is_body_begun",
        "_is_reading",
        "_parser",
        "_place",
        "_pool",
        "_request",
        "_timeouts",
        "is_reused",
        "stage",
    )

    def __init__(self, pool: AsyncConnectionPool, flow: CallFlow) -> None:
        self._pool = pool
        self._request = flow.request
        self._timeouts = flow.options.timeout
        self._parser = ResponseParser(flow.request.method)
        self._place: Place[Connection] | None = None
        self._is_body_begun = False
        self._is_reading = False
        self.stage = Stage.CONNECT
        self.is_reused = False

    @property
    def via(self) -> str | None:
        """The proxy in between, for errors."""
        return None if self._pool.proxy is None else str(self._pool.proxy)

    @property
    def is_stale(self) -> bool:
        """Whether a failure now means that a kept connection had been closed by the server."""
        return self.is_reused and not self._parser.has_begun

    async def send(self, writer: RequestWriter, step: Send) -> ResponseHead:
        """Put the request on the wire and return the head of its response."""
        timeouts, until = self._timeouts, step.until
        self._place, connection, self.is_reused = await self._pool.acquire(timeouts, until)
        try:
            self.stage = Stage.SEND
            try:
                for part in writer.message(
                    self._request, step.target, step.retries, self._pool.forwarder, step.key
                ):
                    await connection.write(part, timeouts.write, until)
            except OSError as error:
                if isinstance(error, TimeoutError) and not connection.is_readable():
                    raise
                return await self._last_words(connection, error, until)
            self.stage = Stage.READ
            head = None
            while head is None:
                head = self._parser.feed_head(await connection.read(timeouts.read, until))
        except Exception as error:  # noqa: BLE001 - it is raised again
            raise self._reason(error) from None
        return head

    async def _last_words(self, connection: Connection, broken: OSError, until: float | None) -> ResponseHead:
        """Return the head that a server sent before it broke off the request, or took no more: its reason."""
        seconds = self._timeouts.read
        # What it has said has come by now.
        seconds = _LAST_WORDS_SECONDS if seconds is None else min(seconds, _LAST_WORDS_SECONDS)
        self.stage = Stage.READ
        head = None
        while head is None:
            try:
                received = await connection.read(seconds, until)
            except TimeoutError:
                self.stage = Stage.SEND
                raise broken from None
            head = self._parser.feed_head(received)
        # The rest of the request is still to be sent.
        head.keeps_alive = False
        return head

    @property
    def is_complete(self) -> bool:
        """Whether all of the body has been read."""
        return self._is_body_begun and self._parser.is_complete

    def fill(self, step: Drain) -> bool:
        """Put the body into the step where all of it has come with the head; return whether it has.

        The connection is free then.
        """
        content = self._parser.whole_body()
        if content is None:
            return False
        step.content = content
        self._free()
        return True

    async def read(self, until: float | None) -> bytes:
        """Return the next decoded bytes of the body; empty at its end, when the connection is free again."""
        parser = self._parser
        if not self._is_body_begun:
            self._is_body_begun = True
            data = parser.start_body()
            if data:
                return data
        while (place := self._place) is not None:
            if parser.has_more:
                data = parser.next_data()
                if data:
                    return data
            if parser.is_complete:
                await self.aclose()
                break
            # In this order, which `aclose` has in reverse, so that one of the two closes the connection.
            self._is_reading = True
            try:
                if self._place is not place:
                    break
                received = await _connection(place).read(self._timeouts.read, until)
                if received:
                    data = parser.feed_body(received)
                    if data:
                        return data
                else:
                    parser.end()
            except Exception as error:  # noqa: BLE001 - it is raised again
                raise self._reason(error) from None
            finally:
                self._is_reading = False
                if self._place is not place:
                    self._pool.release(place, reusable=False)
        return b""

    async def aclose(self) -> None:
        """Free the connection, which is kept when the response has been read to its end. Never waits.

        Where another task or thread reads, its read ends, and it closes the connection.
        """
        self._free()

    def _free(self) -> None:
        place, self._place = self._place, None
        if place is None:
            return
        if self._is_reading:
            _connection(place).shutdown()
        else:
            self._pool.release(place, reusable=self._parser.is_reusable)

    def abandon(self) -> None:
        """Let go of the connection, which its pool closes: for finalizers, in any thread."""
        self._place = None

    def _reason(self, error: Exception) -> Exception:
        """Return why the connection failed: often what is found is only the consequence."""
        return ClientClosedError("the client was closed during the call") if self._pool.is_closed else error


def _connection(place: Place[Connection] | None) -> Connection:
    connection = None if place is None else place.connection
    if connection is None:
        raise ConnectionResetError("the response has been closed")
    return connection
