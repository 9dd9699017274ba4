"""The proxy that the machine puts before a server, by its environment or its settings."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from egp._loading import LOADING

if TYPE_CHECKING:
    from egp._core.config import Origin
    from egp._core.proxy import Proxy

__all__ = ["machine_proxy"]

# Linux has the environment alone.
_HAS_SETTINGS = sys.platform.startswith(("darwin", "win"))


def machine_proxy(origin: Origin) -> Proxy | None:
    """Return the proxy that requests to a server go through; None where they go straight.

    Raises `EGPError`, which shows no password, for a proxy that is not a URL.
    """
    environ = dict(os.environ)
    if not any(name.lower().endswith("_proxy") for name in environ):
        if not _HAS_SETTINGS:
            return None
        environ |= _system_settings(origin.host)
    # Imported here: few have a proxy.
    with LOADING:
        from egp._core.proxy import proxy_for

    return proxy_for(origin, environ)


def _system_settings(host: str) -> dict[str, str]:
    with LOADING:
        from urllib.request import getproxies, proxy_bypass

    if proxy_bypass(host):
        return {}
    return {f"{scheme}_proxy": url for scheme, url in getproxies().items()}
