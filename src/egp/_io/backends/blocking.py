"""One TCP or TLS connection, blocking."""

from __future__ import annotations

import contextlib
import select
import socket
import time
from typing import TYPE_CHECKING

from egp._io.deadline import seconds_left
from egp._io.socket_options import SOCKET_OPTIONS

if TYPE_CHECKING:
    from egp._core.config import Origin

__all__ = ["Connection", "connect", "sleep"]

sleep = time.sleep

_READ_BYTES = 64 * 1024


class Connection:
    """A connected socket; OSError and TimeoutError come through as they are."""

    __slots__ = ("_socket", "_timeout")

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._timeout: float | None = connected.gettimeout()

    def write(self, data: memoryview, seconds: float | None, until: float | None) -> None:
        """Send all of it. `seconds` bounds each step, `until` the whole."""
        while data:
            self._bound(seconds_left(seconds, until))
            data = data[self._socket.send(data) :]

    def read(self, seconds: float | None, until: float | None) -> bytes:
        """The bytes that come next; empty when the peer has closed."""
        self._bound(seconds_left(seconds, until))
        return self._socket.recv(_READ_BYTES)

    def is_readable(self) -> bool:
        """Whether a read would return at once: on an idle connection, the sign that the peer closed it."""
        if hasattr(select, "poll"):
            poll = select.poll()
            poll.register(self._socket, select.POLLIN)
            return bool(poll.poll(0))
        return bool(select.select([self._socket], [], [], 0)[0])

    def close(self) -> None:
        """Close at once, which ends the read of another thread too; harmless when closed already."""
        # Closing alone lets that thread wait on. Not the method of SSLSocket, which takes TLS away from it.
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        self._socket.close()

    def forget(self) -> None:
        """Close the copy that a fork made, and leave the parent process's connection as it is."""
        self._socket.close()

    def _bound(self, seconds: float | None) -> None:
        if seconds != self._timeout:
            self._socket.settimeout(seconds)
            self._timeout = seconds


def connect(origin: Origin, seconds: float | None, until: float | None) -> Connection:
    """A connection to an origin. `seconds` bounds each address that is tried and the TLS handshake."""
    connected = _connected(origin, seconds, until)
    try:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for option in SOCKET_OPTIONS:
            connected.setsockopt(*option)
        if origin.scheme == "https":
            # Imported here: loading TLS takes longer than a call over plain HTTP.
            from egp._io.tls import default_context

            connected.settimeout(seconds_left(seconds, until))
            connected = default_context().wrap_socket(connected, server_hostname=origin.host)
    except BaseException:
        connected.close()
        raise
    return Connection(connected)


def _connected(origin: Origin, seconds: float | None, until: float | None) -> socket.socket:
    failure: OSError | None = None
    for family, kind, protocol, _, address in socket.getaddrinfo(
        origin.host, origin.port, type=socket.SOCK_STREAM
    ):
        candidate = None
        try:
            candidate = socket.socket(family, kind, protocol)
            candidate.settimeout(seconds_left(seconds, until))
            candidate.connect(address)
        except OSError as error:
            if candidate is not None:
                candidate.close()
            failure = error
        except BaseException:
            if candidate is not None:
                candidate.close()
            raise
        else:
            return candidate
    try:
        raise failure or OSError(f"{origin.host} has no address")
    finally:
        # Else the error and this frame would keep each other alive.
        failure = None
