"""Connections, waiting and sleeping on trio. Its twin is `asyncio`."""

from __future__ import annotations

import contextlib
import math
from typing import TYPE_CHECKING
from weakref import ref

import trio

from egp._io.backends import nonblocking
from egp._io.backends.nonblocking import READ_BYTES

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable

__all__ = [
    "Connection",
    "bell",
    "caller",
    "connection",
    "has_ended",
    "sleep",
    "spawn",
    "token",
    "wait_connected",
]

sleep = trio.sleep


def token() -> trio.lowlevel.TrioToken:
    """Return what stands for the running event loop."""
    return trio.lowlevel.current_trio_token()


def has_ended(token: trio.lowlevel.TrioToken) -> bool:
    """Return whether an event loop runs no more."""
    try:
        token.run_sync_soon(_nothing)
    except trio.RunFinishedError:
        return True
    return False


def caller() -> Callable[[Callable[[], None]], None]:
    """Return what has a function called in the running event loop, soon, from anywhere."""
    # Weakly: what belongs to a loop must not keep it.
    token_ref = ref(token())

    def call(function: Callable[[], None]) -> None:
        own = token_ref()
        if own is not None:
            try:
                own.run_sync_soon(function)
            except trio.RunFinishedError:
                pass
            else:
                return
        function()

    return call


def spawn(function: Callable[[], Awaitable[None]]) -> None:
    """Run a coroutine function beside everything else; nothing happens once the loop is closed."""
    with contextlib.suppress(RuntimeError):
        trio.lowlevel.spawn_system_task(function)


class _Bell:
    """Wakes the one task that waits."""

    __slots__ = ("_event", "_token")

    def __init__(self) -> None:
        self._event = trio.Event()
        self._token = token()

    def ring(self) -> None:
        """Wake the task, from any thread."""
        with contextlib.suppress(trio.RunFinishedError):
            self._token.run_sync_soon(self._set)

    async def wait(self, seconds: float | None) -> None:
        """Wait until it rings, or until the time is up."""
        with trio.move_on_after(math.inf if seconds is None else seconds):
            await self._event.wait()
        self._event = trio.Event()

    def _set(self) -> None:
        self._event.set()


bell = _Bell


class Connection(nonblocking.Connection):
    """A connection that is read by whoever waits for it."""

    async def _receive(self, seconds: float | None) -> bytes:
        while True:
            with trio.move_on_after(math.inf if seconds is None else seconds) as scope:
                await trio.lowlevel.wait_readable(self._socket)
            if scope.cancelled_caught:
                raise TimeoutError
            try:
                return self._socket.recv(READ_BYTES)
            except (BlockingIOError, InterruptedError):
                continue

    async def _wait_writable(self, seconds: float | None) -> None:
        with trio.move_on_after(math.inf if seconds is None else seconds) as scope:
            await trio.lowlevel.wait_writable(self._socket)
        if scope.cancelled_caught:
            raise TimeoutError


connection = Connection


async def wait_connected(sockets: list[socket.socket], seconds: float | None) -> list[socket.socket]:
    """Return those that take bytes, or have failed; none when the time is up."""
    ready: list[socket.socket] = []

    async def wait(one: socket.socket, scope: trio.CancelScope) -> None:
        await trio.lowlevel.wait_writable(one)
        ready.append(one)
        scope.cancel()

    async with trio.open_nursery() as nursery:
        nursery.cancel_scope.deadline = math.inf if seconds is None else trio.current_time() + seconds
        for one in sockets:
            nursery.start_soon(wait, one, nursery.cancel_scope)
    return ready


def _nothing() -> None:
    """Stand for what is called."""
