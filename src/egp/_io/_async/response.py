"""An open response, read piece by piece."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any, Protocol

from egp._core.failures import Stage, failure_of
from egp._core.response import ResponseHead, ResponseProperties

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    from egp._core.flow import CallFlow, Drain, Send, Step
    from egp._core.http1.request import RequestWriter
    from egp._core.response import Response
    from egp.errors import APIError

__all__ = ["AsyncAnyExchange", "AsyncStreamResponse"]

# For the end of the last chunk of a stream, which may come in a packet of its own.
_LINGER_SECONDS = 0.1
_LINGER_BYTES = 64 * 1024


class AsyncAnyExchange(Protocol):
    """One request and its response, over our own connections or through an httpx client."""

    stage: Stage
    """What is going on, for errors."""

    @property
    def is_stale(self) -> bool: ...
    @property
    def via(self) -> str | None: ...
    @property
    def is_complete(self) -> bool: ...
    async def send(self, writer: RequestWriter, step: Send, /) -> ResponseHead: ...
    def fill(self, step: Drain, /) -> bool: ...
    async def read(self, until: float | None, /) -> bytes: ...
    async def aclose(self) -> None: ...
    def abandon(self) -> None: ...


class AsyncStreamResponse(ResponseProperties):
    """A successful response whose body is read piece by piece.

    `reopen` takes the steps of a retry, and gives the exchange of the new attempt.
    """

    __slots__ = ("_exchange", "_flow", "_reopen", "context", "head")

    def __init__(
        self,
        flow: CallFlow,
        exchange: AsyncAnyExchange,
        reopen: Callable[
            [Generator[Step, Any, Response | None], AsyncAnyExchange | None],
            Awaitable[AsyncAnyExchange | None],
        ],
    ) -> None:
        if flow.head is None:
            raise TypeError("only a call that was answered has a response")
        self.context = self._flow = flow
        self.head: ResponseHead = flow.head
        self._exchange: AsyncAnyExchange | None = exchange
        self._reopen = reopen

    async def read(self, until: float | None = None, otherwise: str = "") -> bytes:
        """Return the next bytes of the body, content-decoded; empty at its end and once closed.

        `until` is an instant of `time.monotonic()`: past it, `APITimeoutError(otherwise)`. Errors come
        as egp.errors with everything known on them, and close the connection.
        """
        exchange = self._exchange
        if exchange is None:
            return b""
        context = self.context
        try:
            return await exchange.read(context.sooner(until))
        except Exception as error:
            failure = failure_of(error, exchange.stage)
            if failure is None:
                await self.aclose()
                raise
        except BaseException:
            await self.aclose()
            raise
        await self.aclose()
        raise context.stream_error(failure, until, otherwise)

    async def retry(self, error: APIError, status: int | None) -> AsyncStreamResponse:
        """Make the call again because its stream began with `error`, in the shape of `status`.

        Closes this response. Raises `error`, with the attempts on it, when the policy gives up.
        """
        exchange, self._exchange = self._exchange, None
        opened = await self._reopen(self._flow.stream_failed(error, status), exchange)
        if opened is None:
            raise error
        return AsyncStreamResponse(self._flow, opened, self._reopen)

    async def finish(self) -> None:
        """Free the connection after the last event.

        The end of the body, which says nothing more, is waited for at most a tenth of a second, so that the
        connection can be used again.
        """
        exchange = self._exchange
        if exchange is None:
            return
        left = _LINGER_BYTES
        try:
            # Nothing is lost with what cannot be read here: the connection is closed then.
            with contextlib.suppress(Exception):
                until = self.context.sooner(time.monotonic() + _LINGER_SECONDS)
                while left > 0 and (part := await exchange.read(until)):
                    left -= len(part)
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Free the connection; it is kept for the next call when the body has been read to its end."""
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            await exchange.aclose()

    def abandon(self) -> None:
        """Free the connection where nothing can be awaited: a finalizer, which may run in any thread."""
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.abandon()
