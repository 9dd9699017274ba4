"""Which redirects are followed."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from egp._core.config import DEFAULT_PORTS

__all__ = ["Follow", "Refuse", "after_redirect"]

MAX_REDIRECTS = 5


class Follow(NamedTuple):
    """Send the same request to another place of the same origin."""

    target: str
    """Path and query."""


class Refuse(NamedTuple):
    """Send nothing there."""

    message: str


def after_redirect(status: int, location: str | None, url: str, *, followed: int) -> Follow | Refuse:
    """Decide what follows a 3xx response to a request for `url`, after `followed` redirects.

    Only 307 and 308 keep method and body (RFC 9110, section 15.4), and only the same origin may see them.
    """
    if not location:
        return Refuse(f"the server answered with status {status} and named no other place")
    try:
        target = urlsplit(urljoin(url, quote(location, safe="/%:@!$&'()*+,;=-._~?#[]")))
        same_origin = _origin(target) == _origin(urlsplit(url))
        shown = target._replace(netloc=target.netloc.rpartition("@")[2]).geturl()
    except ValueError:
        return Refuse(f"the server redirects to {location[:200]!r}, which is not a URL")
    where = f"the server redirects to {shown[:500]}, which is not followed:"
    if not same_origin:
        return Refuse(f"{where} it is another origin, and neither the key nor the request goes there")
    if status not in (307, 308):
        return Refuse(f"{where} status {status} would change the request")
    if followed >= MAX_REDIRECTS:
        return Refuse(f"{where} {followed} redirects have been followed already")
    return Follow((target.path or "/") + (f"?{target.query}" if target.query else ""))


def _origin(url: object) -> tuple[object, ...]:
    scheme = getattr(url, "scheme", "")
    default = DEFAULT_PORTS.get(scheme)
    return scheme, getattr(url, "hostname", None), getattr(url, "port", None) or default
