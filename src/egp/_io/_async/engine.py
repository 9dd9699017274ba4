"""The engine: carries out a request by taking the steps that its `CallFlow` decides on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from egp._core.failures import Failure, failure_of
from egp._core.flow import CallFlow, Drain, Send, Sleep, Step
from egp._io._async.exchange import AsyncExchange
from egp._io._async.key import async_asked_key
from egp._io._async.response import AsyncAnyExchange, AsyncStreamResponse
from egp._io.async_pools import AsyncPools
from egp._io.backends import sleep
from egp._io.clock import SYSTEM_CLOCK
from egp._io.interception import is_httpx_taken
from egp._io.log import log_attempts, log_bodies
from egp._loading import LOADING
from egp.errors import EGPError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Generator

    import httpx

    from egp._core.clock import Clock
    from egp._core.config import Settings
    from egp._core.http1.request import RequestWriter
    from egp._core.request import Request
    from egp._core.response import Response

__all__ = ["AsyncEngine"]


class AsyncEngine:
    """What the copies of a client share: connections, the clock, and whether they are closed."""

    def __init__(
        self,
        *,
        http_client: httpx.AsyncClient | None = None,
        max_connections: int = 1000,
        keepalive_expiry: float = 30.0,
        ssl_context: ssl.SSLContext | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.clock = clock or SYSTEM_CLOCK
        self._sleep = self.clock.sleep or sleep
        self._max_connections = max_connections
        self._keepalive_expiry = keepalive_expiry
        self._given_client = http_client
        self._own_client: httpx.AsyncClient | None = None
        self._pools = AsyncPools(limit=max_connections, expiry=keepalive_expiry, ssl_context=ssl_context)
        self._ssl_context = ssl_context
        self.is_closed = False

    @property
    def open_connections(self) -> int:
        """Connections in use or kept for reuse, those of an httpx client not counted."""
        return self._pools.open_connections

    async def send(self, request: Request, settings: Settings, writer: RequestWriter) -> Response:
        """Return the response to a request, its body in."""
        flow = CallFlow(request, settings, self.clock, log_attempts())
        response, _ = await self._run(flow, writer, flow.steps())
        if response is None:
            raise TypeError("a request that expects events is opened, not sent")
        if settings.log_bodies:
            log_bodies(flow, response.content)
        return response

    async def open(self, request: Request, settings: Settings, writer: RequestWriter) -> AsyncStreamResponse:
        """Return the response to a request, its event stream open."""
        flow = CallFlow(request, settings, self.clock, log_attempts())
        response, exchange = await self._run(flow, writer, flow.steps())
        if exchange is None or response is not None:
            raise TypeError("a request that expects JSON is sent, not opened")
        if settings.log_bodies:
            log_bodies(flow, None)
        return AsyncStreamResponse(flow, exchange, partial(self._reopen, flow, writer))

    async def aclose(self) -> None:
        """Close all connections. A client that the user gave stays open: it is the user's."""
        self.is_closed = True
        self._pools.close()
        if self._own_client is not None:
            await self._own_client.aclose()

    async def _run(
        self,
        flow: CallFlow,
        writer: RequestWriter,
        steps: Generator[Step, Any, Response | None],
        exchange: AsyncAnyExchange | None = None,
    ) -> tuple[Response | None, AsyncAnyExchange | None]:
        """Take the steps. Return the response, or the exchange whose stream is open."""
        if self.is_closed:
            raise EGPError("the client is closed")
        answer: Any = None
        try:
            while True:
                step = steps.send(answer)
                answer = None
                if isinstance(step, Send):
                    source = flow.settings.key_source
                    if source is not None:
                        flow.key = step.key = await async_asked_key(flow, source)
                    exchange = self._exchange(flow)
                    try:
                        answer = await exchange.send(writer, step)
                    except Exception as error:  # noqa: BLE001 - what is no failure of the connection is raised again
                        answer = _failure(exchange, error)
                        await exchange.aclose()
                elif isinstance(step, Sleep):
                    await self._sleep(step.seconds)
                elif exchange is not None:
                    if isinstance(step, Drain):
                        if exchange.fill(step):
                            continue
                        await _drain(exchange, step)
                    await exchange.aclose()
        except StopIteration as end:
            return end.value, exchange
        except BaseException:
            if exchange is not None:
                await exchange.aclose()
            raise

    async def _reopen(
        self,
        flow: CallFlow,
        writer: RequestWriter,
        steps: Generator[Step, Any, Response | None],
        exchange: AsyncAnyExchange | None,
    ) -> AsyncAnyExchange | None:
        """Make the call of an open stream again, as its steps say; return the new exchange."""
        _, opened = await self._run(flow, writer, steps, exchange)
        return opened

    def _exchange(self, flow: CallFlow) -> AsyncAnyExchange:
        if self._given_client is None and not is_httpx_taken():
            pool = self._pools.of(flow.settings.origin)
            if pool is not None:
                return AsyncExchange(pool, flow)
        # Imported here: it loads httpx, which most clients never need.
        with LOADING:
            from egp._io.httpx_exchange import AsyncHttpxExchange, async_own_client

        client = self._given_client or self._own_client
        if client is None:
            client = self._own_client = async_own_client(
                self._max_connections, self._keepalive_expiry, self._ssl_context
            )
        return AsyncHttpxExchange(client, flow)


def _failure(exchange: AsyncAnyExchange, error: Exception) -> Failure:
    """Return why there is no head; raise the error again where it is none of the connection's."""
    failure = failure_of(error, exchange.stage)
    if failure is None:
        raise error
    failure.stale = exchange.is_stale and not failure.is_timeout
    failure.via = exchange.via
    return failure


async def _drain(exchange: AsyncAnyExchange, step: Drain) -> None:
    parts: list[bytes] = []
    size = 0
    try:
        while size < step.limit:
            part = await exchange.read(step.until)
            parts.append(part)
            size += len(part)
            if not part or exchange.is_complete:
                break
    except Exception as error:
        step.failure = failure_of(error, exchange.stage)
        if step.failure is None:
            raise
    step.content = parts[0] if len(parts) == 1 else b"".join(parts)
