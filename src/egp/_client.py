"""The clients: settings, life cycle, and the two doors that everything else goes through."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from egp._core.call import Call
    from egp._core.reply import Reply
    from egp._io.asynchronous import AsyncStreamReply
    from egp._io.sync import StreamReply

__all__ = ["AsyncClient", "Client"]


class Client:
    """The synchronous client."""

    def _send(self, call: Call) -> Reply:
        """The reply with its body in; every failure is an error of egp.errors."""
        raise NotImplementedError

    def _open(self, call: Call) -> StreamReply:
        """The reply with its event stream open; every failure is an error of egp.errors."""
        raise NotImplementedError


class AsyncClient:
    """The asynchronous client, on asyncio or trio."""

    async def _send(self, call: Call) -> Reply:
        """The reply with its body in; every failure is an error of egp.errors."""
        raise NotImplementedError

    async def _open(self, call: Call) -> AsyncStreamReply:
        """The reply with its event stream open; every failure is an error of egp.errors."""
        raise NotImplementedError
