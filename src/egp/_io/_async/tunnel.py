"""A tunnel through a proxy: CONNECT (RFC 9110, section 9.3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from egp._core.failures import ProxyRefusedError
from egp._core.http1.head import HeadReader
from egp._core.http1.request import connect_message

if TYPE_CHECKING:
    from egp._core.config import Origin
    from egp._core.proxy import Proxy
    from egp._io.backends import Connection

__all__ = ["async_open_tunnel"]


async def async_open_tunnel(
    connection: Connection, proxy: Proxy, origin: Origin, until: float | None
) -> None:
    """Have the proxy connect to the server. It gets neither the key nor anything else of the request.

    Raises `ProxyRefusedError` where it does not, TimeoutError at an instant of `monotonic`.
    """
    await connection.write(connect_message(proxy, origin), None, until)
    reader = HeadReader("CONNECT")
    found = None
    while found is None:
        found = reader.feed(await connection.read(None, until))
    head, rest = found
    if not 200 <= head.status < 300:
        raise ProxyRefusedError(head.status, head.reason)
    if rest:
        raise ProxyRefusedError(head.status, "with bytes that nobody asked for")
