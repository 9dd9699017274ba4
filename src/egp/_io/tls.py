"""The TLS context, shared by all clients as long as what it depends on stays: making one takes 20 ms."""

from __future__ import annotations

import os
import ssl

from egp._loading import LOADING
from egp.errors import EGPError

__all__ = ["default_context"]

# The last one made, and what it was made of.
_made: tuple[tuple[object, ...], ssl.SSLContext] | None = None


def default_context() -> ssl.SSLContext:
    """Return a context that trusts certifi's roots, or those that SSL_CERT_FILE or SSL_CERT_DIR name.

    Made anew when the file has been replaced, when SSLKEYLOGFILE is set, or when `ssl.SSLContext` is another
    class, as truststore makes it. Raises `EGPError` for a file that cannot be read.
    """
    global _made
    file = os.environ.get("SSL_CERT_FILE") or None
    directory = os.environ.get("SSL_CERT_DIR") or None
    key = (ssl.SSLContext, file, _identity(file), directory, os.environ.get("SSLKEYLOGFILE"))
    made = _made
    if made is None or made[0] != key:
        made = _made = (key, _context(file, directory))
    return made[1]


def _identity(file: str | None) -> tuple[int, int, int] | None:
    if file is None:
        return None
    try:
        found = os.stat(file)
    except OSError as error:
        raise EGPError(f"SSL_CERT_FILE names {file}, which cannot be read: {error.strerror}") from None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _context(file: str | None, directory: str | None) -> ssl.SSLContext:
    if file is None and directory is None:
        with LOADING:
            import certifi

        file = certifi.where()
    try:
        context = ssl.create_default_context(cafile=file, capath=None if file else directory)
    except ssl.SSLError:
        raise EGPError(f"SSL_CERT_FILE names {file}, which has no certificates") from None
    context.set_alpn_protocols(["http/1.1"])
    return context
