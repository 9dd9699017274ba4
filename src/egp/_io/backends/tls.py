"""TLS over bytes that others carry."""

from __future__ import annotations

import ssl

from egp._loading import LOADING

__all__ = ["TlsLayer"]

_READ_BYTES = 64 * 1024


class TlsLayer:
    """One TLS connection, as client. What it wants sent is taken with `outgoing`."""

    __slots__ = ("_incoming", "_object", "_outgoing")

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        # RFC 6066, section 3: the name without the dot that ends it.
        name = host.rstrip(".")
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)

    def outgoing(self) -> bytes:
        """Return what is to be sent."""
        return self._outgoing.read()

    def feed(self, data: bytes) -> None:
        """Take what was received; empty data is the end."""
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    def shake_hands(self) -> bool:
        """Go on with the handshake, and return whether it is done. Raises ssl.SSLError."""
        try:
            # No fork comes in between: OpenSSL has locks of its own, which stay taken in the child.
            with LOADING:
                self._object.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLEOFError:
            raise ConnectionResetError("the server closed the connection during the TLS handshake") from None
        return True

    def encrypt(self, data: memoryview) -> None:
        """Encrypt what is to be sent."""
        while data:
            data = data[self._object.write(data) :]

    def decrypt(self) -> bytes | None:
        """Return the bytes that come next, empty at the end; None: more must be received first."""
        try:
            return self._object.read(_READ_BYTES)
        except ssl.SSLWantReadError:
            return None
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            # Many servers close without TLS's own goodbye: the framing of HTTP tells what is whole.
            return b""

    def has_pending(self) -> bool:
        """Return whether bytes have come that were not read, decrypted or not."""
        return self._object.pending() > 0 or self._incoming.pending > 0
