"""The asynchronous driver: takes the steps that `_core.attempts` names. Its twin is `sync`."""

from __future__ import annotations

import contextlib
import random
import time
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from egp._core.attempts import Attempts, Surroundings
from egp._core.faults import Failure, failure_of
from egp._core.reply import Reply, as_httpx, media_type
from egp._core.steps import Drain, Drained, Send, Sleep, Step
from egp._io.async_http import AsyncConnectionPool, AsyncExchange, Backend, current_backend
from egp._io.log import bodies, note
from egp.errors import APIError, Attempt, EGPError, RequestInfo

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    import httpx

    from egp._core.call import Call
    from egp._core.config import Origin, Settings
    from egp._core.headers import Headers
    from egp._io.wire import Wire

__all__ = ["AsyncEngine", "AsyncStreamReply"]

E = TypeVar("E", bound=APIError)

# For the end of the last chunk of a stream, which may come in a packet of its own.
_LINGER_SECONDS = 0.1
_LINGER_BYTES = 64 * 1024


class Exchanging(Protocol):
    """One request and its response, through our own connections or through an httpx client."""

    status: int
    headers: Headers
    doing: str

    @property
    def is_stale(self) -> bool: ...
    async def send(self, wire: Wire, step: Send) -> None: ...
    async def read(self, until: float | None) -> bytes: ...
    async def aclose(self) -> None: ...


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
        exchange: Exchanging | None = None,
    ) -> tuple[Reply | None, Exchanging | None]:
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

    def close_later(self, exchange: Exchanging) -> None:
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

    def _exchange(self, attempts: Attempts) -> Exchanging:
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


async def _sent(exchange: Exchanging, wire: Wire, step: Send) -> Exchanging | Failure:
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


async def _drained(exchange: Exchanging, step: Drain) -> Drained:
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


class AsyncStreamReply:
    """A successful response whose body is read piece by piece."""

    __slots__ = ("_attempts", "_engine", "_exchange", "_wire", "headers", "status")

    status: int
    headers: Headers
    """Names in lower case; the values of secret headers are redacted."""

    def __init__(self, engine: AsyncEngine, wire: Wire, attempts: Attempts, exchange: Exchanging) -> None:
        self._engine = engine
        self._wire = wire
        self._attempts = attempts
        self._exchange: Exchanging | None = exchange
        self.status = exchange.status
        self.headers = exchange.headers

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every attempt made, in order."""
        return self._attempts.history

    @property
    def request(self) -> RequestInfo:
        """Method and URL of the request."""
        return self._attempts.request

    @property
    def request_id(self) -> str | None:
        """`x-request-id`, where the server gave one."""
        return self.headers.get("x-request-id")

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters; empty when there is none."""
        return media_type(self.headers)

    def http_response(self) -> httpx.Response:
        """Status and headers as an `httpx.Response`, whose `request` carries no headers or body."""
        return as_httpx(self.status, self.headers, b"", self.request)

    def error(self, kind: type[E], message: str, *, body: Any = None) -> E:
        """An error of this call, with all that is known of it (status, headers, request id, attempts)."""
        return self._attempts.error(kind, message, body=body)

    async def read(self, until: float | None = None, otherwise: str = "") -> bytes:
        """The next bytes of the body, content-decoded; empty at its end and once closed.

        `until` is an instant of `time.monotonic()`: past it, `APITimeoutError(otherwise)`. Errors come
        as egp.errors with everything known on them, and close the connection.
        """
        exchange = self._exchange
        if exchange is None:
            return b""
        attempts = self._attempts
        try:
            return await exchange.read(attempts.sooner(until))
        except Exception as error:
            failure = failure_of(error, exchange.doing)
            if failure is None:
                await self.aclose()
                raise
        except BaseException:
            await self.aclose()
            raise
        await self.aclose()
        raise attempts.stream_error(failure, until, otherwise)

    async def read_all(self, limit: int) -> bytes:
        """What is left of the body, up to about `limit` bytes; the connection is free afterwards."""
        parts: list[bytes] = []
        size = 0
        while size < limit and (part := await self.read()):
            parts.append(part)
            size += len(part)
        await self.aclose()
        return b"".join(parts)

    async def retry(self, error: APIError, status: int | None) -> AsyncStreamReply:
        """The call made again because its stream began with `error`, in the shape of `status`.

        Closes this reply. Raises `error`, with the attempts on it, when the policy gives up.
        """
        exchange, self._exchange = self._exchange, None
        attempts = self._attempts
        _, opened = await self._engine.run(
            attempts, attempts.stream_failed(error, status), self._wire, exchange
        )
        if opened is None:
            raise error
        return AsyncStreamReply(self._engine, self._wire, attempts, opened)

    async def finish(self) -> None:
        """Free the connection after the last event: the end of the body, which says nothing more, is
        waited for at most a tenth of a second, so that the connection can be used again."""
        exchange = self._exchange
        if exchange is None:
            return
        left = _LINGER_BYTES
        try:
            # Nothing is lost with what cannot be read here: the connection is closed then.
            with contextlib.suppress(Exception):
                until = self._attempts.sooner(time.monotonic() + _LINGER_SECONDS)
                while left > 0 and (part := await exchange.read(until)):
                    left -= len(part)
        finally:
            await self.aclose()

    def abort(self) -> None:
        """Free the connection at once, where nothing can be awaited."""
        exchange, self._exchange = self._exchange, None
        if isinstance(exchange, AsyncExchange):
            exchange.close()
        elif exchange is not None:
            self._engine.close_later(exchange)

    async def aclose(self) -> None:
        """Free the connection; it is kept for the next call when the body has been read to its end."""
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            await exchange.aclose()
