"""Which proxy the environment puts before a server: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY."""

from __future__ import annotations

import re
from base64 import b64encode
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_to_bytes

from egp._core.config import DEFAULT_PORTS, host_name
from egp._core.secrets import Secret
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from egp._core.config import Origin

__all__ = ["Proxy", "proxy_for"]

_PORTS = {**DEFAULT_PORTS, "socks4": 1080, "socks4a": 1080, "socks5": 1080, "socks5h": 1080}
_URL = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9]*)://)?"
    r"(?:(?P<user>[^/?#]*)@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s/?#@:\[\]]+)"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"/?"
)


class Proxy(NamedTuple):
    """A proxy. Its password shows nowhere."""

    scheme: str
    """`http` or `https`, for how the proxy itself is spoken to, or a kind of `socks`."""
    host: str
    port: int
    authorization: Secret[str] | None
    """The value of Proxy-Authorization: Basic credentials (RFC 7617) from the URL."""

    @property
    def is_socks(self) -> bool:
        """Whether it speaks SOCKS, which is left to httpx."""
        return self.scheme.startswith("socks")

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def proxy_for(origin: Origin, environ: Mapping[str, str]) -> Proxy | None:
    """Return the proxy that requests to a server go through; None where they go straight.

    Names in lower case win over those in upper case. HTTP_PROXY is not heeded where REQUEST_METHOD is set:
    a CGI program has it from a header of its own client. Raises `EGPError`, which shows no password, for a
    proxy that is not a URL.
    """
    name, url = _named(origin.scheme, environ)
    if not url or _is_excepted(origin, environ.get("no_proxy") or environ.get("NO_PROXY") or ""):
        return None
    return _parsed(name, url)


def _named(scheme: str, environ: Mapping[str, str]) -> tuple[str, str]:
    for name in (f"{scheme}_proxy", f"{scheme.upper()}_PROXY", "all_proxy", "ALL_PROXY"):
        value = environ.get(name, "").strip()
        if value and not (name == "HTTP_PROXY" and "REQUEST_METHOD" in environ):
            return name, value
    return "", ""


def _parsed(name: str, url: str) -> Proxy:
    matched = _URL.fullmatch(url)
    scheme = "http" if matched is None else (matched["scheme"] or "http").lower()
    host = None if matched is None else host_name(matched["host"])
    port = 0
    if matched is not None and scheme in _PORTS:
        port = int(matched["port"] or _PORTS[scheme])
    if matched is None or host is None or not 0 < port < 65536:
        # Not shown: there may be a password in it.
        raise EGPError(f"the environment variable {name} is not the URL of a proxy, such as http://host:3128")
    return Proxy(scheme, host, port, _authorization(matched["user"]))


def _authorization(user: str | None) -> Secret[str] | None:
    if not user:
        return None
    # In the very bytes of the environment, which need be no UTF-8.
    name, _, password = user.encode("utf-8", "surrogateescape").partition(b":")
    credentials = b64encode(unquote_to_bytes(name) + b":" + unquote_to_bytes(password))
    return Secret(f"Basic {credentials.decode('ascii')}")


def _is_excepted(origin: Origin, rules: str) -> bool:
    """Return whether NO_PROXY names a server: by host, domain, address, network, port, or all by `*`."""
    host = origin.host.rstrip(".").lower()
    return any(_matches(rule, host, origin.port) for rule in re.split(r"[,\s]+", rules))


def _matches(rule: str, host: str, port: int) -> bool:
    if rule == "*":
        return True
    if not rule:
        return False
    named, only_port = _split(rule)
    if only_port is not None and only_port != port:
        return False
    address = _address(host)
    if address is not None:
        return _is_in(address, named)
    domain = named.lstrip("*").strip(".").lower()
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _split(rule: str) -> tuple[str, int | None]:
    """Return the host and the port of a rule: `host`, `host:port`, `[::1]:port`, `::1`, `10.0.0.0/8`."""
    if rule.startswith("["):
        host, _, rest = rule[1:].partition("]")
        return host, _port(rest.removeprefix(":"))
    if rule.count(":") == 1:
        host, _, port = rule.partition(":")
        return host, _port(port)
    return rule, None


def _port(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_in(address: IPv4Address | IPv6Address, rule: str) -> bool:
    try:
        return address in ip_network(rule, strict=False)
    except ValueError:
        return False
