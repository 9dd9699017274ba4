"""What the asynchronous libraries offer: one module of this package for each, behind one interface."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Coroutine

    from egp._core.config import Origin

__all__ = ["Backend", "Connection", "Event", "current_backend", "sleep"]


class Connection(Protocol):
    """One TCP or TLS connection."""

    async def write(self, data: memoryview, seconds: float | None, until: float | None) -> None: ...
    async def read(self, seconds: float | None, until: float | None) -> bytes: ...
    def is_readable(self) -> bool: ...
    def close(self) -> None: ...


class Event(Protocol):
    """Set once, awaited once."""

    def set(self) -> None: ...
    async def wait(self, seconds: float | None) -> None: ...


class Backend(Protocol):
    """What an asynchronous library offers; a module of this package for each."""

    def event(self) -> Event: ...
    def token(self) -> object: ...
    def spawn(self, function: Callable[[], Coroutine[Any, Any, None]], /) -> None: ...
    async def sleep(self, seconds: float, /) -> None: ...
    async def connect(
        self, origin: Origin, context: ssl.SSLContext | None, seconds: float | None, until: float | None
    ) -> Connection: ...


async def sleep(seconds: float) -> None:
    """Wait, in the library that runs the current task."""
    await current_backend().sleep(seconds)


def current_backend() -> Backend:
    """Return the library that runs the current task."""
    trio_library = sys.modules.get("trio")
    if trio_library is not None and _is_trio_task(trio_library):
        from egp._io.backends import trio

        return trio
    from egp._io.backends import asyncio

    return asyncio


def _is_trio_task(trio: Any) -> bool:
    try:
        trio.lowlevel.current_task()
    except RuntimeError:
        return False
    return True
