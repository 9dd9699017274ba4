# Made by scripts/unasync from src/egp/_io/_async/nested_tls.py: edit that file, then run the script.
"""TLS to a server within the TLS to a proxy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from egp._io.backends.tls import TlsLayer

if TYPE_CHECKING:
    import ssl

    from egp._io.backends.blocking import Connection

__all__ = ["NestedTls"]


class NestedTls:
    """A connection whose bytes are carried, encrypted, by another one."""

    def __init__(self, outer: Connection, context: ssl.SSLContext, host: str) -> None:
        self._outer = outer
        self._tls = TlsLayer(context, host)

    def shake_hands(self, until: float | None) -> None:
        """Shake hands. Raises ssl.SSLError where there is no trust."""
        while not self._tls.shake_hands():
            self._send(None, until)
            self._tls.feed(self._outer.read(None, until))
        self._send(None, until)

    def write(self, data: memoryview, seconds: float | None, until: float | None) -> None:
        """Send all of it. `seconds` bounds each wait for the peer to take more, `until` the whole."""
        self._tls.encrypt(data)
        self._send(seconds, until)

    def read(self, seconds: float | None, until: float | None) -> bytes:
        """Return the bytes that come next; empty when the peer has closed."""
        while (data := self._tls.decrypt()) is None:
            self._send(seconds, until)
            self._tls.feed(self._outer.read(seconds, until))
        return data

    def is_readable(self) -> bool:
        """Whether a read would return at once: on an idle connection, the sign that it cannot be used."""
        return self._tls.has_pending() or self._outer.is_readable()

    def rest(self) -> None:
        """Be idle: nothing is read until somebody asks."""
        self._outer.rest()

    def shutdown(self) -> None:
        """End the connection under whoever uses it, from any thread: reads and writes fail from now on."""
        self._outer.shutdown()

    def forget(self) -> None:
        """Close the copy that a fork made, and leave the parent process's connection as it is."""
        self._outer.forget()

    def close(self) -> None:
        """Close at once; harmless when closed already. Only for whoever uses the connection."""
        self._outer.close()

    def _send(self, seconds: float | None, until: float | None) -> None:
        data = self._tls.outgoing()
        if data:
            self._outer.write(memoryview(data), seconds, until)
