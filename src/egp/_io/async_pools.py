"""The connection pools of one client, for each event loop that it is used in. Its twin is `sync_pools`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import ref

from egp._io._async.pool import AsyncConnectionPool
from egp._io.backends import Backend, current_backend
from egp._io.proxies import machine_proxy

if TYPE_CHECKING:
    import ssl

    from egp._core.config import Origin

__all__ = ["AsyncPools"]


class AsyncPools:
    """The pools of one client, one for each event loop and origin: connections stay in their loop.

    Loops may run at once, in threads, and one after the other. The pools of one that has ended are dropped
    with it, or at the latest when the next one begins.
    """

    def __init__(self, *, limit: int, expiry: float, ssl_context: ssl.SSLContext | None = None) -> None:
        self._ssl_context = ssl_context
        self._limit = limit
        self._expiry = expiry
        self._loops: dict[ref[Any], _Loop] = {}

    @property
    def open_connections(self) -> int:
        """Connections in use or kept for reuse."""
        return sum(pool.open_connections for pool in self.pools())

    def pools(self) -> list[AsyncConnectionPool]:
        """Return every pool."""
        loops = list(self._loops.values())
        return [pool for loop in loops for pool in list(loop.pools.values()) if pool is not None]

    def of(self, origin: Origin) -> AsyncConnectionPool | None:
        """Return the running loop's pool for an origin; None where a SOCKS proxy is in between."""
        backend = current_backend()
        token = backend.token()
        loop = self._loops.get(ref(token))
        if loop is None:
            loop = self._entered(backend, token)
        try:
            return loop.pools[origin]
        except KeyError:
            pool = loop.pools[origin] = self._made(origin, backend)
            return pool

    def close(self) -> None:
        """Close the idle connections, and end those in use, in all loops."""
        for pool in self.pools():
            pool.close()

    def _made(self, origin: Origin, backend: Backend) -> AsyncConnectionPool | None:
        proxy = machine_proxy(origin)
        if proxy is not None and proxy.is_socks:
            return None
        return AsyncConnectionPool(
            origin,
            backend,
            limit=self._limit,
            expiry=self._expiry,
            proxy=proxy,
            ssl_context=self._ssl_context,
        )

    def _entered(self, backend: Backend, token: Any) -> _Loop:
        self._drop_ended()
        loops = self._loops
        loop = _Loop(backend)
        # Removed with its loop: what is called then refers to the dictionary alone.
        loops[ref(token, lambda key: loops.pop(key, None))] = loop
        return loop

    def _drop_ended(self) -> None:
        for key, loop in list(self._loops.items()):
            token = key()
            if token is None or loop.backend.has_ended(token):
                self._loops.pop(key, None)


class _Loop:
    """The pools of one event loop."""

    __slots__ = ("backend", "pools")

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.pools: dict[Origin, AsyncConnectionPool | None] = {}
