"""Connections, waiting and sleeping in a thread: what blocks."""

from __future__ import annotations

import contextlib
import math
import select
import socket
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from egp._io.deadline import seconds_left
from egp._loading import LOADING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

__all__ = [
    "Backend",
    "Bell",
    "Connection",
    "bell",
    "bounded",
    "caller",
    "connection",
    "input_test",
    "is_readable",
    "sleep",
    "wait_connected",
]

T = TypeVar("T")

_READ_BYTES = 64 * 1024

sleep = time.sleep


class Bell:
    """Wakes the one thread that waits."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        # A plain lock, since releasing one never waits: an event has a lock of its own, which a finalizer
        # may find taken by the very thread that it interrupts.
        self._lock = threading.Lock()
        self._lock.acquire()

    def ring(self) -> None:
        """Wake the thread, or let it not begin to wait; more than once is harmless."""
        with contextlib.suppress(RuntimeError):
            self._lock.release()

    def wait(self, seconds: float | None) -> None:
        """Wait until it rings, or until the time is up."""
        self._lock.acquire(timeout=-1 if seconds is None else max(0.0, seconds))


bell = Bell


def caller() -> Callable[[Callable[[], None]], None]:
    """Return what calls a function: at once, since there is no event loop."""
    return _call


def _call(function: Callable[[], None]) -> None:
    function()


class Connection:
    """A connected socket; OSError and TimeoutError come through as they are."""

    __slots__ = ("_socket", "_timeout", "_tls", "is_readable")

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self.is_readable = input_test(connected)
        """Whether a read would return at once: on an idle connection, the sign that it cannot be used."""
        self._tls: ssl.SSLSocket | None = None
        self._timeout = connected.gettimeout()

    def start_tls(self, context: ssl.SSLContext, host: str, until: float | None) -> None:
        """Shake hands. Raises ssl.SSLError where there is no trust."""
        self._bound(seconds_left(None, until))
        # A class of somebody else's may look at the certificates right afterwards: that of truststore does.
        is_own = type(context).__module__ != "ssl"
        # RFC 6066, section 3: the name without the dot that ends it.
        name = host.rstrip(".")
        tls = context.wrap_socket(self._socket, server_hostname=name, do_handshake_on_connect=is_own)
        self._socket = self._tls = tls
        has_input = input_test(tls)
        self.is_readable = lambda: tls.pending() > 0 or has_input()
        if not is_own:
            self._shake_hands(tls, until)

    def _shake_hands(self, tls: ssl.SSLSocket, until: float | None) -> None:
        with LOADING:
            import ssl

        self._bound(0.0)
        while True:
            try:
                # No fork comes in between: OpenSSL has locks of its own, which stay taken in the child.
                with LOADING:
                    tls.do_handshake()
            except ssl.SSLWantReadError:
                is_ready = is_readable(tls, seconds_left(None, until))
            except ssl.SSLWantWriteError:
                is_ready = bool(wait_connected([tls], seconds_left(None, until)))
            else:
                return
            if not is_ready:
                raise TimeoutError

    def write(self, data: memoryview, seconds: float | None, until: float | None) -> None:
        """Send all of it. `seconds` bounds each wait for the peer to take more, `until` the whole."""
        while data:
            self._bound(seconds_left(seconds, until))
            data = data[self._socket.send(data) :]

    def read(self, seconds: float | None, until: float | None) -> bytes:
        """Return the bytes that come next; empty when the peer has closed."""
        self._bound(seconds_left(seconds, until))
        return self._socket.recv(_READ_BYTES)

    def rest(self) -> None:
        """Be idle: nothing is read until somebody asks."""

    def shutdown(self) -> None:
        """End the connection under whoever uses it, from any thread: reads and writes fail from now on."""
        with contextlib.suppress(OSError):
            if self._tls is None:
                self._socket.shutdown(socket.SHUT_RDWR)
            else:
                # Not SSLSocket's own, which takes TLS away from it: what is written then goes out in clear.
                socket.SocketType.shutdown(self._tls, socket.SHUT_RDWR)

    def forget(self) -> None:
        """Close the copy that a fork made, and leave the parent process's connection as it is."""
        self._socket.close()

    def close(self) -> None:
        """Close at once; harmless when closed already. Only for whoever uses the connection."""
        self._socket.close()

    def __del__(self) -> None:
        # The last resort. An interrupt at its making leaves one without a socket. At the end of the program
        # the names of this module may be gone.
        connected: socket.socket | None = getattr(self, "_socket", None)
        if connected is not None:
            connected.close()

    def _bound(self, seconds: float | None) -> None:
        if seconds != self._timeout:
            self._socket.settimeout(seconds)
            self._timeout = seconds


connection = Connection


def wait_connected(sockets: list[socket.socket], seconds: float | None) -> list[socket.socket]:
    """Return those that have been connected, or have failed to; none when the time is up."""
    if not hasattr(select, "poll"):
        # Windows tells of a connection that failed among the exceptions.
        _, writable, failed = select.select([], sockets, sockets, seconds)
        return list(dict.fromkeys([*writable, *failed]))
    poll = select.poll()
    by_number: dict[int, socket.socket] = {}
    for one in sockets:
        poll.register(one, select.POLLOUT)
        by_number[one.fileno()] = one
    return [by_number[number] for number, _ in poll.poll(_milliseconds(seconds))]


def input_test(connected: socket.socket) -> Callable[[], bool]:
    """Return what tells whether a read would return at once, as `is_readable` does."""
    # Made once for a connection, since to make it costs as much as to ask.
    if not hasattr(select, "poll"):
        return partial(is_readable, connected)
    poll = select.poll()
    poll.register(connected, select.POLLIN)
    number, ask = connected.fileno, poll.poll
    return lambda: number() < 0 or bool(ask(0))


def is_readable(connected: socket.socket, seconds: float | None = 0) -> bool:
    """Return whether a read would return at once, or would in this time: with bytes, the end, or an error."""
    if connected.fileno() < 0:
        return True
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(connected, select.POLLIN)
        return bool(poll.poll(0 if seconds == 0 else _milliseconds(seconds)))
    return bool(select.select([connected], [], [], seconds)[0])


def _milliseconds(seconds: float | None) -> int | None:
    # Rounded up: else the last part of a millisecond would be spent without a pause.
    return math.ceil(seconds * 1000) if seconds is not None else None


def bounded(given: T, _until: float | None) -> T:
    """Return what cannot be awaited."""
    return given


class Backend(Protocol):
    """What this module offers to text that is made of the asynchronous one."""

    def bell(self) -> Bell: ...
    def caller(self) -> Callable[[Callable[[], None]], None]: ...
    def wait_connected(
        self, sockets: list[socket.socket], seconds: float | None, /
    ) -> list[socket.socket]: ...
    def connection(self, connected: socket.socket, /) -> Connection: ...
