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
    from collections.abc import Awaitable, Callable, Coroutine

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
token = asyncio.get_running_loop


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
        self._inbox = _Inbox(connected)

    def _receive(self, seconds: float | None) -> Awaitable[bytes]:
        inbox = self._inbox
        loop = asyncio.get_running_loop()
        if loop is not inbox.loop or not isinstance(loop, BaseSelectorEventLoop):
            try:
                inbox.watch(loop)
            except NotImplementedError:
                # Windows' own loop: what it has received for a task that is cancelled is lost with the
                # connection.
                return asyncio.wait_for(loop.sock_recv(self._socket, READ_BYTES), seconds)
        # Not by the loop's `create_future`, a function of Python's that does just this.
        reader: asyncio.Future[bytes] = asyncio.Future(loop=loop)
        inbox.reader = reader
        if seconds is None:
            inbox.until = None
        else:
            inbox.until = until = monotonic() + seconds
            # A timer that rings sooner stays, and looks again then: to cancel one and to set another for each
            # read costs a tenth of a call.
            if inbox.timer is None or inbox.timer_until > until:
                inbox.set_timer(loop, until)
        return reader

    async def _wait_writable(self, seconds: float | None) -> None:
        if not await wait_connected([self._socket], seconds):
            raise TimeoutError

    def rest(self) -> None:
        """Be idle. The standard library's own loops go on watching, and stop when something comes."""
        if not isinstance(self._inbox.loop, BaseSelectorEventLoop):
            self._inbox.unwatch()

    def close(self) -> None:
        """Close at once where the loop runs, else as soon as it is told; harmless when closed already."""
        inbox = self._inbox
        if inbox.loop is None or inbox.loop is _running_loop():
            inbox.close()
        else:
            inbox.hand_over()

    def __del__(self) -> None:
        # An interrupt at its making leaves one without an inbox.
        inbox: _Inbox | None = getattr(self, "_inbox", None)
        if inbox is not None and inbox.loop is not None:
            inbox.hand_over()


class _Inbox:
    """What the event loop knows of a connection: it does not keep the connection, which may be dropped.

    With the socket, which stays open as long as it is watched: the collector may finalize it before its
    connection, and its number would be another's.
    """

    __slots__ = ("__weakref__", "_socket", "loop", "reader", "timer", "timer_until", "until")

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        # The one that watches the socket. It goes on between the reads of one response: to begin and to end
        # that costs as much as a read.
        self.loop: asyncio.AbstractEventLoop | None = None
        self.reader: asyncio.Future[bytes] | None = None
        # When the time of the last read is up, and the timer, which may be that of an earlier one.
        self.until: float | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.timer_until = 0.0

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        # Anew for each read in other loops than the standard library's own: uvloop's stop watching a socket
        # that has an error, without saying so, and there may be bytes before the error.
        self.unwatch()
        # Noted first: an interrupt in between must not leave a number watched that is closed without a word.
        self.loop = loop
        try:
            loop.add_reader(self._socket.fileno(), self._take)
        except NotImplementedError:
            self.loop = None
            raise

    def unwatch(self) -> None:
        if self.loop is not None:
            with contextlib.suppress(RuntimeError):
                self.loop.remove_reader(self._socket.fileno())
            self.loop = None

    def _take(self) -> None:
        """Take what has come off the socket, for the one who waits."""
        reader = self.reader
        if reader is None or reader.done():
            # The peer is to wait, too.
            self.unwatch()
            return
        try:
            received = self._socket.recv(READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            # Without its traceback, which would be a cycle with this frame.
            _fail(reader, error.with_traceback(None))
            return
        reader.set_result(received)

    def set_timer(self, loop: asyncio.AbstractEventLoop, until: float) -> None:
        self._cancel_timer()
        # Weakly: it may stay for minutes after the connection has gone.
        own: ref[_Inbox] = ref(self)
        self.timer = loop.call_later(until - monotonic(), _on_time, own, loop)
        self.timer_until = until

    def _cancel_timer(self) -> None:
        timer, self.timer = self.timer, None
        if timer is not None:
            timer.cancel()

    def look_at_time(self, loop: asyncio.AbstractEventLoop) -> None:
        """End the read whose time is up, or wait on for the time that it has left."""
        self.timer = None
        reader, until = self.reader, self.until
        if reader is None or reader.done() or until is None:
            return
        if until > self.timer_until:
            self.set_timer(loop, until)
        else:
            _fail(reader, TimeoutError())

    def close(self) -> None:
        self.unwatch()
        self._cancel_timer()
        self._socket.close()

    def hand_over(self) -> None:
        """Have the loop forget the socket and close it: it may run in another thread."""
        loop = self.loop
        try:
            if loop is not None:
                loop.call_soon_threadsafe(self.close)
        except RuntimeError:
            # It has ended.
            self._socket.close()


def _on_time(inbox_ref: ref[_Inbox], loop: asyncio.AbstractEventLoop) -> None:
    inbox = inbox_ref()
    if inbox is not None:
        inbox.look_at_time(loop)


def _fail(reader: asyncio.Future[bytes], error: OSError) -> None:
    reader.set_exception(error)
    # Looked at: where a cancelled task does not take it, it would be complained about.
    reader.exception()


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
