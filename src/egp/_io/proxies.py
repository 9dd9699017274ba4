"""Whether the environment puts a proxy before the server."""

from __future__ import annotations

import os
import sys

__all__ = ["is_proxied"]


def is_proxied(scheme: str, host: str) -> bool:
    """Whether HTTP_PROXY, HTTPS_PROXY or ALL_PROXY apply to a host, and NO_PROXY does not."""
    named = any(name.lower().endswith("_proxy") for name in os.environ)
    # There the system's settings count too.
    if not named and sys.platform not in ("darwin", "win32"):
        return False
    # Imported here: it is slow to load, and few need it.
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    return bool(proxies.get(scheme) or proxies.get("all")) and not proxy_bypass(host)
