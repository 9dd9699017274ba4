"""The connection pools of one client, blocking. Its twin is `async_pools`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from egp._io._sync.pool import ConnectionPool
from egp._io.backends import blocking
from egp._io.proxies import machine_proxy

if TYPE_CHECKING:
    import ssl

    from egp._core.config import Origin

__all__ = ["Pools"]


class Pools:
    """The pools of one client, one for each origin."""

    def __init__(self, *, limit: int, expiry: float, ssl_context: ssl.SSLContext | None = None) -> None:
        self._pools = _PoolsByOrigin(limit, expiry, ssl_context)
        self.of = self._pools.__getitem__
        """Return the pool for an origin; None where a SOCKS proxy is in between.

        A look into a dictionary, which costs a call next to nothing.
        """

    @property
    def open_connections(self) -> int:
        """Connections in use or kept for reuse."""
        return sum(pool.open_connections for pool in self.pools())

    def pools(self) -> list[ConnectionPool]:
        """Return every pool."""
        return [pool for pool in list(self._pools.values()) if pool is not None]

    def close(self) -> None:
        """Close the idle connections, and end those in use."""
        for pool in self.pools():
            pool.close()


class _PoolsByOrigin(dict["Origin", "ConnectionPool | None"]):
    """Makes the pool that is asked for."""

    def __init__(self, limit: int, expiry: float, ssl_context: ssl.SSLContext | None) -> None:
        super().__init__()
        self._ssl_context = ssl_context
        self._limit = limit
        self._expiry = expiry

    def __missing__(self, origin: Origin) -> ConnectionPool | None:
        pool = None
        proxy = machine_proxy(origin)
        if proxy is None or not proxy.is_socks:
            pool = ConnectionPool(
                origin,
                blocking,
                limit=self._limit,
                expiry=self._expiry,
                proxy=proxy,
                ssl_context=self._ssl_context,
            )
        # Never made twice: `dict.setdefault` is atomic.
        return self.setdefault(origin, pool)
