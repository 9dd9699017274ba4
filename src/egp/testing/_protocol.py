"""uvicorn's HTTP protocol with the connection within the application's reach.

ASGI has no words for "close now, in the middle of the message": what breaks connections on purpose needs the
transport.
"""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

    from starlette.types import Receive, Scope
    from uvicorn import Config
    from uvicorn.server import ServerState

_EXTENSION = "egp.transport"


class Protocol(H11Protocol):
    """One connection. The scope's extensions hold its transport: see `transport_of`."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.access_log = False
        inner: Any = self.app

        async def app(scope: Any, receive: Any, send: Any) -> None:
            scope.setdefault("extensions", {})[_EXTENSION] = self.transport
            await inner(scope, receive, send)

        self.app = app


def transport_of(scope: Scope) -> asyncio.Transport:
    """Return the connection that a request came over."""
    return cast("asyncio.Transport", scope["extensions"][_EXTENSION])


def reset(transport: asyncio.Transport) -> None:
    """Close the connection with a TCP reset; what was written before is on its way already."""
    connection: socket.socket | None = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def until_gone(receive: Receive) -> None:
    """Return when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
