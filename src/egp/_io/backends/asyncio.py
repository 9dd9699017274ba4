"""Connections, waiting and sleeping on asyncio. Its twin is `trio`."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from asyncio.selector_events import BaseSelectorEventLoop
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import ref

from egp._io.backends import blocking, nonblocking
from egp._io.backends.nonblocking import READ_BYTES

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Coroutine

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

T = TypeVar("T")

# Where the loop cannot watch sockets.
_PAUSE_SECONDS = 0.02

sleep = asyncio.sleep


def token() -> object:
    """Return what stands for the running event loop."""
    return asyncio.get_running_loop()


def has_ended(token: asyncio.AbstractEventLoop) -> bool:
    """Whether an event loop runs no more."""
    return token.is_closed()


def caller() -> Callable[[Callable[[], None]], None]:
    """Return what has a function called in the running event loop, soon, from anywhere."""
    # Weakly: what belongs to a loop must not keep it.
    loop_ref = ref(asyncio.get_running_loop())

    def call(function: Callable[[], None]) -> None:
        loop = loop_ref()
        if loop is not None:
            try:
                loop.call_soon_threadsafe(function)
            except RuntimeError:
                # It has ended.
                pass
            else:
                return
        function()

    return call


def spawn(function: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine function beside everything else; nothing happens once the loop is closed."""
    try:
        task = asyncio.get_running_loop().create_task(function())
    except RuntimeError:
        return
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


# The loop itself holds tasks weakly.
_tasks: set[asyncio.Task[None]] = set()


class _Bell:
    """Wakes the one task that waits."""

    __slots__ = ("_future", "_is_rung", "_loop", "_thread")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._future: asyncio.Future[None] | None = None
        self._is_rung = False

    def ring(self) -> None:
        """Wake the task, from any thread."""
        if threading.get_ident() == self._thread:
            self._set()
            return
        try:
            self._loop.call_soon_threadsafe(self._set)
        except RuntimeError:
            # The loop has ended: nobody waits.
            return

    async def wait(self, seconds: float | None) -> None:
        """Wait until it rings, or until the time is up."""
        if not self._is_rung:
            self._future = self._loop.create_future()
            with contextlib.suppress(TimeoutError):
                await _bounded(self._future, seconds)
        self._is_rung = False

    def _set(self) -> None:
        self._is_rung = True
        _wake(self._future)


bell = _Bell


class Connection(nonblocking.Connection):
    """A connection whose bytes the event loop takes off the socket while somebody waits for them."""

    def __init__(self, connected: socket.socket) -> None:
        super().__init__(connected)
        # The one that watches the socket. It goes on between the reads of one response: to begin and to end
        # that costs as much as a read.
        self._loop: asyncio.AbstractEventLoop | None = None
        self._reader: asyncio.Future[bytes | OSError] | None = None
        # When the time of the last read is up, and the timer, which may be that of an earlier one.
        self._until: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timer_until = 0.0

    async def _receive(self, seconds: float | None) -> bytes:
        loop = asyncio.get_running_loop()
        if loop is not self._loop or not isinstance(loop, BaseSelectorEventLoop):
            try:
                self._watch(loop)
            except NotImplementedError:
                # Windows' own loop: what it has received for a task that is cancelled is lost with the
                # connection.
                return await asyncio.wait_for(loop.sock_recv(self._socket, READ_BYTES), seconds)
        reader: asyncio.Future[bytes | OSError] = loop.create_future()
        self._reader = reader
        self._bound(loop, seconds)
        received = await reader
        if isinstance(received, OSError):
            raise received
        return received

    async def _wait_writable(self, seconds: float | None) -> None:
        if not await wait_connected([self._socket], seconds):
            raise TimeoutError

    def rest(self) -> None:
        """Be idle. The standard library's own loops go on watching, and stop when something comes."""
        if not isinstance(self._loop, BaseSelectorEventLoop):
            self._unwatch()

    def close(self) -> None:
        """Close at once where the loop runs, else as soon as it is told; harmless when closed already."""
        if self._loop is None or self._loop is _running_loop():
            self._unwatch()
            self._cancel_timer()
            self._socket.close()
        else:
            self._hand_over()

    def __del__(self) -> None:
        # The loop refers to it weakly. An interrupt at its making leaves one without a loop.
        if getattr(self, "_loop", None) is not None:
            self._hand_over()

    def _hand_over(self) -> None:
        """Have the loop forget the socket and close it: it may run in another thread."""
        loop, self._loop = self._loop, None
        timer, self._timer = self._timer, None
        try:
            if loop is not None:
                loop.call_soon_threadsafe(_close, loop, self._socket, timer)
        except RuntimeError:
            # It has ended.
            self._socket.close()

    def _bound(self, loop: asyncio.AbstractEventLoop, seconds: float | None) -> None:
        """Have the read fail when its time is up."""
        # A timer that rings sooner stays, and looks again then: to cancel one and to set another for each
        # read costs a tenth of a call.
        if seconds is None:
            self._until = None
            return
        until = self._until = loop.time() + seconds
        if self._timer is None or self._timer_until > until:
            self._set_timer(loop, until)

    def _set_timer(self, loop: asyncio.AbstractEventLoop, until: float) -> None:
        self._cancel_timer()
        own: ref[Connection] = ref(self)
        self._timer = loop.call_at(until, _on_time, own, loop)
        self._timer_until = until

    def _cancel_timer(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def look_at_time(self, loop: asyncio.AbstractEventLoop) -> None:
        """End the read whose time is up, or wait on for the time that it has left."""
        self._timer = None
        reader, until = self._reader, self._until
        if reader is None or reader.done() or until is None:
            return
        if until > self._timer_until:
            self._set_timer(loop, until)
        else:
            reader.set_exception(TimeoutError())

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        # Anew for each read in other loops than the standard library's own: uvloop's stop watching a socket
        # that has an error, without saying so, and there may be bytes before the error.
        self._unwatch()
        own: ref[Connection] = ref(self)
        # Noted first: an interrupt in between must not leave a number watched that is closed without a word.
        self._loop = loop
        try:
            # With the socket, which stays open as long as it is watched: the collector may finalize it before
            # its connection, and its number would be another's.
            loop.add_reader(self._socket.fileno(), _on_readable, own, self._socket)
        except NotImplementedError:
            self._loop = None
            raise

    def _unwatch(self) -> None:
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.remove_reader(self._socket.fileno())
            self._loop = None

    def take(self) -> None:
        """Take what has come off the socket, for the one who waits."""
        reader = self._reader
        if reader is None or reader.done():
            # The peer is to wait, too.
            self._unwatch()
            return
        try:
            received: bytes | OSError = self._socket.recv(READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            received = error
        # As a result, since a failure that a cancelled task does not take would be complained about.
        reader.set_result(received)


def _on_readable(connection_ref: ref[Connection], _: socket.socket) -> None:
    watched = connection_ref()
    if watched is not None:
        watched.take()


def _on_time(connection_ref: ref[Connection], loop: asyncio.AbstractEventLoop) -> None:
    waiting = connection_ref()
    if waiting is not None:
        waiting.look_at_time(loop)


def _close(
    loop: asyncio.AbstractEventLoop, connected: socket.socket, timer: asyncio.TimerHandle | None
) -> None:
    if timer is not None:
        timer.cancel()
    loop.remove_reader(connected.fileno())
    connected.close()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


connection = Connection


async def wait_connected(sockets: list[socket.socket], seconds: float | None) -> list[socket.socket]:
    """Return those that take bytes, or have failed; none when the time is up."""
    loop = asyncio.get_running_loop()
    ready: list[socket.socket] = []
    future: asyncio.Future[None] = loop.create_future()
    watched: list[int] = []

    def on_writable(one: socket.socket) -> None:
        ready.append(one)
        _wake(future)

    try:
        for one in sockets:
            # Noted first, for interrupts.
            watched.append(one.fileno())
            loop.add_writer(one.fileno(), on_writable, one)
        with contextlib.suppress(TimeoutError):
            await _bounded(future, seconds)
    except NotImplementedError:
        return await _looked_at(sockets, seconds)
    finally:
        with contextlib.suppress(NotImplementedError):
            for number in watched:
                loop.remove_writer(number)
    return list(dict.fromkeys(ready))


async def _looked_at(sockets: list[socket.socket], seconds: float | None) -> list[socket.socket]:
    """Return the same, where the event loop cannot watch sockets."""
    last = None if seconds is None else monotonic() + seconds
    while not (ready := blocking.wait_connected(sockets, 0)):
        if last is not None and monotonic() >= last:
            break
        await asyncio.sleep(_PAUSE_SECONDS)
    return ready


def _wake(future: asyncio.Future[None] | None) -> None:
    if future is not None and not future.done():
        future.set_result(None)


def _expire(future: asyncio.Future[Any]) -> None:
    if not future.done():
        future.set_exception(TimeoutError())


async def _bounded(future: asyncio.Future[T], seconds: float | None) -> T:
    """Return the result; TimeoutError when the time is up."""
    # A timer by hand: asyncio.timeout() costs as much as the rest of a read.
    if seconds is None:
        return await future
    timer = future.get_loop().call_later(seconds, _expire, future)
    try:
        return await future
    finally:
        timer.cancel()
