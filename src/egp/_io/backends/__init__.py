"""What the asynchronous libraries offer: one module of this package for each, behind one interface."""

from __future__ import annotations

import sys
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from egp._io.backends.nonblocking import Connection
from egp._loading import LOADING

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable, Coroutine

__all__ = ["Backend", "Bell", "Connection", "bounded", "current_backend", "sleep"]

T = TypeVar("T")


class Bell(Protocol):
    """Wakes the one task that waits.

    It rings from any thread, and more than once; where it has rung, nobody begins to wait.
    """

    def ring(self) -> None: ...
    async def wait(self, seconds: float | None) -> None: ...


class Backend(Protocol):
    """What an asynchronous library offers; a module of this package for each.

    `token` stands for the running event loop. `caller` returns what has a function called in it, soon, from
    any thread or finalizer, or at once when the loop has ended. `spawn` runs a coroutine function beside
    everything else, and nothing once the loop has ended. `wait_connected` returns the sockets that have been
    connected, or have failed to; none when the time is up.
    """

    def token(self) -> object: ...
    def has_ended(self, token: Any, /) -> bool: ...
    def bell(self) -> Bell: ...
    def caller(self) -> Callable[[Callable[[], None]], None]: ...
    def spawn(self, function: Callable[[], Coroutine[Any, Any, None]], /) -> None: ...
    async def sleep(self, seconds: float, /) -> None: ...
    async def wait_connected(
        self, sockets: list[socket.socket], seconds: float | None, /
    ) -> list[socket.socket]: ...
    def connection(self, connected: socket.socket, /) -> Connection: ...


async def sleep(seconds: float) -> None:
    """Wait, in the library that runs the current task."""
    await current_backend().sleep(seconds)


async def bounded(given: Awaitable[T], until: float | None) -> T | None:
    """Return what is awaited; None where the time is up before, at an instant of `monotonic`."""
    # Imported here: nothing else needs it.
    with LOADING:
        import anyio

    with anyio.move_on_after(None if until is None else until - monotonic()):
        return await given
    return None


def current_backend() -> Backend:
    """Return the library that runs the current task."""
    trio_library = sys.modules.get("trio")
    if trio_library is not None and _is_trio_task(trio_library):
        return _trio or _loaded_trio()
    return _asyncio or _loaded_asyncio()


# Once loaded: each call asks for them.
_asyncio: Backend | None = None
_trio: Backend | None = None


def _loaded_asyncio() -> Backend:
    global _asyncio
    with LOADING:
        from egp._io.backends import asyncio

    _asyncio = asyncio
    return asyncio


def _loaded_trio() -> Backend:
    global _trio
    with LOADING:
        from egp._io.backends import trio

    _trio = trio
    return trio


def _is_trio_task(trio: Any) -> bool:
    try:
        trio.lowlevel.current_task()
    except RuntimeError:
        return False
    return True
