"""The synchronous driver: takes the steps that `_core.attempts` names. Its twin is `asynchronous`."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from egp._core.attempts import Attempts, Surroundings
from egp._core.faults import Failure, failure_of
from egp._core.steps import Drain, Drained, Send, Sleep, Step
from egp._io.log import bodies, note
from egp._io.sync_http import Exchange
from egp._io.sync_pool import ConnectionPool
from egp._io.sync_stream import Exchanging, StreamReply
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    import httpx

    from egp._core.call import Call
    from egp._core.config import Origin, Settings
    from egp._core.reply import Reply
    from egp._io.wire import Wire

__all__ = ["Engine", "StreamReply"]


class Engine:
    """What the copies of a client share: connections, and whether they are closed."""

    def __init__(
        self,
        *,
        http_client: httpx.Client | None = None,
        max_connections: int = 1000,
        keepalive_expiry: float = 30.0,
        surroundings: Surroundings | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._surroundings = surroundings or Surroundings(time.monotonic, time.time, random.random)
        self._sleep = sleep
        self._max_connections = max_connections
        self._keepalive_expiry = keepalive_expiry
        self._given_client = http_client
        self._proxy_client: httpx.Client | None = None
        self._pools: dict[Origin, ConnectionPool | None] = {}
        self.is_closed = False

    @property
    def open_connections(self) -> int:
        """Connections in use or kept for reuse, those of an httpx client not counted."""
        return sum(pool.open_connections for pool in self._pools.values() if pool is not None)

    def send(self, call: Call, settings: Settings, wire: Wire) -> Reply:
        """The reply to a call, its body in."""
        attempts = Attempts(call, settings, self._surroundings, note())
        reply, _ = self.run(attempts, attempts.steps(), wire)
        if reply is None:
            raise TypeError("a call that expects events is opened")
        if settings.log_bodies:
            bodies(call.content, reply.content)
        return reply

    def open(self, call: Call, settings: Settings, wire: Wire) -> StreamReply:
        """The reply to a call, its event stream open."""
        attempts = Attempts(call, settings, self._surroundings, note())
        _, exchange = self.run(attempts, attempts.steps(), wire)
        if exchange is None:
            raise TypeError("a call that expects JSON is sent")
        if settings.log_bodies:
            bodies(call.content, None)
        return StreamReply(self, wire, attempts, exchange)

    def run(
        self,
        attempts: Attempts,
        steps: Generator[Step, Any, Reply | None],
        wire: Wire,
        exchange: Exchanging | None = None,
    ) -> tuple[Reply | None, Exchanging | None]:
        """Take the steps. Returns the reply, or the exchange whose stream is open."""
        if self.is_closed:
            raise EGPError("the client is closed")
        answer: Any = None
        try:
            while True:
                step = steps.send(answer)
                answer = None
                if isinstance(step, Send):
                    exchange = self._exchange(attempts)
                    answer = _sent(exchange, wire, step)
                elif isinstance(step, Sleep):
                    self._sleep(step.seconds)
                elif exchange is not None:
                    if isinstance(step, Drain):
                        answer = _drained(exchange, step)
                    exchange.close()
        except StopIteration as end:
            return end.value, exchange
        except BaseException:
            if exchange is not None:
                exchange.close()
            raise

    def close(self) -> None:
        """Close all connections. A client that the user gave stays open: it is the user's."""
        self.is_closed = True
        for pool in self._pools.values():
            if pool is not None:
                pool.close()
        if self._proxy_client is not None:
            self._proxy_client.close()

    def _exchange(self, attempts: Attempts) -> Exchanging:
        origin = attempts.settings.origin
        if self._given_client is None and origin not in self._pools:
            self._pools.setdefault(origin, self._connections(origin))
        pool = self._pools.get(origin)
        if pool is not None:
            return Exchange(pool, attempts)
        from egp._io.foreign import ForeignExchange

        return ForeignExchange(self._given_client or self._proxies(), attempts)

    def _connections(self, origin: Origin) -> ConnectionPool | None:
        """Our own connections, or None when a proxy is in between: httpx knows how to talk to those."""
        from egp._io.proxies import is_proxied

        if is_proxied(origin.scheme, origin.host):
            return None
        return ConnectionPool(origin, limit=self._max_connections, expiry=self._keepalive_expiry)

    def _proxies(self) -> httpx.Client:
        if self._proxy_client is None:
            from egp._io.foreign import proxy_client

            self._proxy_client = proxy_client(self._max_connections, self._keepalive_expiry)
        return self._proxy_client


def _sent(exchange: Exchanging, wire: Wire, step: Send) -> Exchanging | Failure:
    try:
        exchange.send(wire, step)
    except Exception as error:
        failure = failure_of(error, exchange.doing)
        if failure is None:
            raise
        failure = failure._replace(stale=exchange.is_stale and not failure.is_timeout)
    else:
        return exchange
    exchange.close()
    return failure


def _drained(exchange: Exchanging, step: Drain) -> Drained:
    parts: list[bytes] = []
    size = 0
    failure = None
    try:
        while step.limit is None or size < step.limit:
            part = exchange.read(step.until)
            if not part:
                break
            parts.append(part)
            size += len(part)
    except Exception as error:
        failure = failure_of(error, exchange.doing)
        if failure is None:
            raise
    return Drained(parts[0] if len(parts) == 1 else b"".join(parts), failure)
