"""Each value of the configuration, and where it comes from."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

__all__ = ["Value", "last_characters", "values"]


class Value(NamedTuple):
    """One value, without what is secret in it."""

    name: str
    value: str | None
    source: str
    """The environment variable, or `default`, or `not set`."""


def values() -> list[Value]:
    """Return what this process's environment configures."""
    from egp_api import SERVERS

    return [
        _secret("API key", "EGP_API_KEY", "SGP_API_KEY"),
        _secret("account", "EGP_ACCOUNT_ID", "SGP_ACCOUNT_ID"),
        _plain("base URL", "EGP_BASE_URL", "SGP_CLIENT_BASE_URL", default=next(iter(SERVERS.values()))),
        _plain("model", "EGP_MODEL"),
        _plain("proxy, https", "https_proxy", "HTTPS_PROXY"),
        _plain("proxy, http", "http_proxy", "HTTP_PROXY"),
        _plain("proxy, all", "all_proxy", "ALL_PROXY"),
        _plain("no proxy", "no_proxy", "NO_PROXY"),
        _plain("certificates", "SSL_CERT_FILE", "SSL_CERT_DIR", default="certifi's roots"),
        _plain("log", "EGP_LOG"),
    ]


def last_characters(secret: str) -> str:
    """Return a secret as its last four characters; without any where it is so short that they tell much."""
    return f"…{secret[-4:]}" if len(secret) >= 16 and secret[-4:].isprintable() else "…"


def _first(names: tuple[str, ...]) -> tuple[str, str] | None:
    for name in names:
        value = os.environ.get(name, "").strip()
        if value:
            return name, value
    return None


def _secret(label: str, *names: str) -> Value:
    found = _first(names)
    return (
        Value(label, None, "not set") if found is None else Value(label, last_characters(found[1]), found[0])
    )


def _plain(label: str, *names: str, default: str | None = None) -> Value:
    found = _first(names)
    if found is None:
        return Value(label, default, "not set" if default is None else "default")
    # A user name and a password in an address, and what follows it as a query.
    return Value(label, re.sub(r"//[^/?#]*@|//[^/@]*@", "//…@", found[1]).partition("?")[0], found[0])
