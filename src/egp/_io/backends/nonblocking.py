"""One TCP or TLS connection in an event loop: a socket of our own, which is read when asked and not before.

The libraries' own transports read ahead, and belong to their loop: what the peer said in the meantime, and
whether it has gone, is theirs to know, and what is dropped stays open. Here the operating system is asked.
"""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

from egp._io.backends.blocking import input_test
from egp._io.deadline import seconds_left
from egp._loading import LOADING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable

    from egp._io.backends.tls import TlsLayer

__all__ = ["READ_BYTES", "Connection"]

READ_BYTES = 64 * 1024
# More is encrypted when this has been sent.
_RECORDS_BYTES = 256 * 1024


class Connection:
    """A connected socket; OSError and TimeoutError come through as they are. Closing it never waits."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._tls: TlsLayer | None = None
        self.is_readable = input_test(connected)
        """Whether a read would return at once: on an idle connection, the sign that it cannot be used."""

    # What each library does in its own way.

    def _receive(self, seconds: float | None) -> Awaitable[bytes]:
        """Return the bytes that come next on the socket; empty when the peer has closed."""
        raise NotImplementedError

    async def _wait_writable(self, seconds: float | None) -> None:
        """Return when the socket takes bytes; TimeoutError when the time is up."""
        raise NotImplementedError

    def rest(self) -> None:
        """Be idle: nothing is read until somebody asks."""

    # What is the same in all.

    async def start_tls(self, context: ssl.SSLContext, host: str, until: float | None) -> None:
        """Shake hands. Raises ssl.SSLError where there is no trust."""
        # Imported here: it loads ssl.
        with LOADING:
            from egp._io.backends.tls import TlsLayer

        tls = TlsLayer(context, host)
        try:
            while not tls.shake_hands():
                await self._send(memoryview(tls.outgoing()), None, until)
                tls.feed(await self._receive(seconds_left(None, until)))
        finally:
            # The last of the handshake, or the reason why there is none.
            with contextlib.suppress(OSError):
                await self._send(memoryview(tls.outgoing()), None, until)
        self._tls = tls
        has_input = self.is_readable
        self.is_readable = lambda: tls.has_pending() or has_input()

    async def write(self, data: memoryview, seconds: float | None, until: float | None) -> None:
        """Send all of it. `seconds` bounds each wait for the peer to take more, `until` the whole."""
        tls = self._tls
        if tls is None:
            # Most requests go out in one piece: without a coroutine of its own for that.
            try:
                sent = self._socket.send(data)
            except (BlockingIOError, InterruptedError):
                sent = 0
            if sent < len(data):
                await self._send(data[sent:], seconds, until)
            return
        while data:
            tls.encrypt(data[:_RECORDS_BYTES])
            data = data[_RECORDS_BYTES:]
            await self._send(memoryview(tls.outgoing()), seconds, until)

    def read(self, seconds: float | None, until: float | None) -> Awaitable[bytes]:
        """Return the bytes that come next; empty when the peer has closed."""
        if self._tls is None:
            return self._receive(seconds if until is None else seconds_left(seconds, until))
        return self._decrypted(self._tls, seconds, until)

    async def _decrypted(self, tls: TlsLayer, seconds: float | None, until: float | None) -> bytes:
        while (data := tls.decrypt()) is None:
            answer = tls.outgoing()
            if answer:
                await self._send(memoryview(answer), seconds, until)
            tls.feed(await self._receive(seconds_left(seconds, until)))
        return data

    def shutdown(self) -> None:
        """End the connection under whoever uses it, from any thread: reads and writes fail from now on."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def forget(self) -> None:
        """Close the copy that a fork made, and leave the parent process's connection as it is."""
        self._socket.close()

    def close(self) -> None:
        """Close at once; harmless when closed already. Only for whoever uses the connection."""
        self.rest()
        self._socket.close()

    async def _send(self, data: memoryview, seconds: float | None, until: float | None) -> None:
        while data:
            try:
                sent = self._socket.send(data)
            except (BlockingIOError, InterruptedError):
                await self._wait_writable(seconds_left(seconds, until))
            else:
                data = data[sent:]
