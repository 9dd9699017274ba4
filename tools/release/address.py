"""Where an index takes files and where it lists them, from what the caller named."""

import ipaddress
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit, urlunsplit

from tools.release.errors import Refusal

_WAY_OUT = (
    "name the index by the URL that takes uploads (https://…), or by its section in .pypirc; "
    "the name and the password belong in UV_PUBLISH_USERNAME and UV_PUBLISH_PASSWORD, the keyring or .pypirc"
)


class Address(NamedTuple):
    """The two URLs of an index."""

    upload: str
    simple: str


def read_address(url: str, simple: str | None = None) -> Address:
    """Return both URLs, where one of them is known.

    An upload URL that ends in /simple is taken for the list, and the upload URL for what stands before it.
    Otherwise the list is at ``simple/`` below the upload URL, as PyPI-like servers have it (pypiserver,
    Artifactory, Nexus); for others (devpi: ``+simple/``) say so with `simple`.
    """
    parts = _checked(url)
    path = parts.path.rstrip("/")
    if simple is not None:
        upload, listed = parts.path or "/", _checked(simple)
    else:
        top = path.removesuffix("/simple")
        upload = f"{top}/" if top != path else parts.path or "/"
        listed = parts._replace(path=f"{top}/simple/")
    return Address(urlunsplit(parts._replace(path=upload)), f"{urlunsplit(listed).rstrip('/')}/")


def is_below(address: Address) -> bool:
    """Tell whether the list is where an index has its own: below the upload URL, or beside it."""
    top = address.upload.rstrip("/").removesuffix("/legacy").removesuffix("/upload")
    return address.simple.startswith(f"{top}/")


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # reading it validates it
    except ValueError:
        raise Refusal("The URL of the index cannot be read.", way_out=_WAY_OUT) from None
    if parts.username or parts.password:
        raise Refusal("The URL of the index holds credentials; URLs end up in logs.", way_out=_WAY_OUT)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Refusal(f"{url!r} is not the URL of an index.", way_out=_WAY_OUT)
    if parts.query or parts.fragment:
        raise Refusal(f"The URL of the index has a query or a fragment: {url}", way_out=_WAY_OUT)
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        problem = (
            f"{url} is not encrypted: the password and the release would be open to everyone on the way."
        )
        raise Refusal(problem, way_out="use the index's https:// URL")
    return parts


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
