"""The TLS context, made once for all clients: it takes 20 ms to load the certificates."""

from __future__ import annotations

import os
import ssl
from functools import lru_cache

__all__ = ["default_context"]


def default_context() -> ssl.SSLContext:
    """Return a context that trusts certifi's roots, or those that SSL_CERT_FILE or SSL_CERT_DIR name."""
    return _context(os.environ.get("SSL_CERT_FILE") or None, os.environ.get("SSL_CERT_DIR") or None)


@lru_cache(maxsize=4)
def _context(file: str | None, directory: str | None) -> ssl.SSLContext:
    if file is None and directory is None:
        import certifi

        file = certifi.where()
    context = ssl.create_default_context(cafile=file, capath=None if file else directory)
    context.set_alpn_protocols(["http/1.1"])
    return context
