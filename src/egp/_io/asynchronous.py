"""The asynchronous driver: takes the steps that `_core.attempts` names. Its twin is `sync`."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from egp._core.attempts import Attempts, Surroundings
from egp._core.faults import Failure, failure_of
from egp._core.steps import Drain, Drained, Send, Sleep, Step
from egp._io.async_http import AsyncExchange
from egp._io.async_pool import AsyncConnectionPool
from egp._io.async_stream import AsyncExchanging, AsyncStreamReply
from egp._io.backends import Backend, current_backend
from egp._io.log import bodies, note
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    import httpx

    from egp._core.call import Call
    from egp._core.config import Origin, Settings
    from egp._core.reply import Reply
    from egp._io.wire import Wire

__all__ = ["AsyncEngine", "AsyncStreamReply"]


class AsyncEngine:
    """What the copies of a client share: connections, and whether they are closed."""

    def __init__(
        self,
        *,
        http_client: httpx.AsyncClient | None = None,
        max_connections: int = 1000,
        keepalive_expiry: float = 30.0,
        surroundings: Surroundings | None = None,
        sleep: Callable[[float], Awaitable[None]] | None = None,
    ) -> None:
        self._surroundings = surroundings or Surroundings(time.monotonic, time.time, random.random)
        self._given_sleep = sleep
        self._max_connections = max_connections
        self._keepalive_expiry = keepalive_expiry
        self._given_client = http_client
        self._proxy_client: httpx.AsyncClient | None = None
        self._pools: dict[Origin, AsyncConnectionPool | None] = {}
        self._backend: Backend | None = None
        self._token: object = None
        self.is_closed = False

    @property
    def open_connections(self) -> int:
        """Connections in use or kept for reuse, those of an httpx client not counted."""
        return sum(pool.open_connections for pool in self._pools.values() if pool is not None)

    async def send(self, call: Call, settings: Settings, wire: Wire) -> Reply:
        """The reply to a call, its body in."""
        attempts = Attempts(call, settings, self._surroundings, note())
        reply, _ = await self.run(attempts, attempts.steps(), wire)
        if reply is None:
            raise TypeError("a call that expects events is opened")
        if settings.log_bodies:
            bodies(call.content, reply.content)
        return reply

    async def open(self, call: Call, settings: Settings, wire: Wire) -> AsyncStreamReply:
        """The reply to a call, its event stream open."""
        attempts = Attempts(call, settings, self._surroundings, note())
        _, exchange = await self.run(attempts, attempts.steps(), wire)
        if exchange is None:
            raise TypeError("a call that expects JSON is sent")
        if settings.log_bodies:
            bodies(call.content, None)
        return AsyncStreamReply(self, wire, attempts, exchange)

    async def run(
        self,
        attempts: Attempts,
        steps: Generator[Step, Any, Reply | None],
        wire: Wire,
        exchange: AsyncExchanging | None = None,
    ) -> tuple[Reply | None, AsyncExchanging | None]:
        """Take the steps. Returns the reply, or the exchange whose stream is open."""
        if self.is_closed:
            raise EGPError("the client is closed")
        self._enter_loop()
        answer: Any = None
        try:
            while True:
                step = steps.send(answer)
                answer = None
                if isinstance(step, Send):
                    exchange = self._exchange(attempts)
                    answer = await _sent(exchange, wire, step)
                elif isinstance(step, Sleep):
                    await self._sleep(step.seconds)
                elif exchange is not None:
                    if isinstance(step, Drain):
                        answer = await _drained(exchange, step)
                    await exchange.aclose()
        except StopIteration as end:
            return end.value, exchange
        except BaseException:
            if exchange is not None:
                await exchange.aclose()
            raise

    def close_later(self, exchange: AsyncExchanging) -> None:
        """Close an exchange of an httpx client, which takes a moment, where nothing can be awaited."""
        if self._backend is not None:
            self._backend.spawn(exchange.aclose)

    async def aclose(self) -> None:
        """Close all connections. A client that the user gave stays open: it is the user's."""
        self.is_closed = True
        for pool in self._pools.values():
            if pool is not None:
                pool.close()
        if self._proxy_client is not None:
            await self._proxy_client.aclose()

    def _enter_loop(self) -> Backend:
        """The library that runs the task; raises `EGPError` when the client belongs to another event loop."""
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

    async def _sleep(self, seconds: float) -> None:
        sleep = self._given_sleep or self._enter_loop().sleep
        await sleep(seconds)

    def _exchange(self, attempts: Attempts) -> AsyncExchanging:
        origin = attempts.settings.origin
        if self._given_client is None and origin not in self._pools:
            self._pools.setdefault(origin, self._connections(origin))
        pool = self._pools.get(origin)
        if pool is not None:
            return AsyncExchange(pool, attempts)
        from egp._io.foreign import AsyncForeignExchange

        return AsyncForeignExchange(self._given_client or self._proxies(), attempts)

    def _connections(self, origin: Origin) -> AsyncConnectionPool | None:
        """Our own connections, or None when a proxy is in between: httpx knows how to talk to those."""
        from egp._io.proxies import is_proxied

        if is_proxied(origin.scheme, origin.host):
            return None
        return AsyncConnectionPool(
            origin, self._enter_loop(), limit=self._max_connections, expiry=self._keepalive_expiry
        )

    def _proxies(self) -> httpx.AsyncClient:
        if self._proxy_client is None:
            from egp._io.foreign import async_proxy_client

            self._proxy_client = async_proxy_client(self._max_connections, self._keepalive_expiry)
        return self._proxy_client


async def _sent(exchange: AsyncExchanging, wire: Wire, step: Send) -> AsyncExchanging | Failure:
    try:
        await exchange.send(wire, step)
    except Exception as error:
        failure = failure_of(error, exchange.doing)
        if failure is None:
            raise
        failure = failure._replace(stale=exchange.is_stale and not failure.is_timeout)
    else:
        return exchange
    await exchange.aclose()
    return failure


async def _drained(exchange: AsyncExchanging, step: Drain) -> Drained:
    parts: list[bytes] = []
    size = 0
    failure = None
    try:
        while step.limit is None or size < step.limit:
            part = await exchange.read(step.until)
            if not part:
                break
            parts.append(part)
            size += len(part)
    except Exception as error:
        failure = failure_of(error, exchange.doing)
        if failure is None:
            raise
    return Drained(parts[0] if len(parts) == 1 else b"".join(parts), failure)
