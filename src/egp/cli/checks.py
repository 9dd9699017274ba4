"""The checks of `egp doctor`, each built on the one before it: the first that fails is the cause."""

from __future__ import annotations

import os
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from egp.errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    EGPError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from egp import Client
    from egp._core.config import Origin, Settings
    from egp._core.proxy import Proxy

__all__ = ["Check", "checks"]

_CLOCK_MAY_DIFFER = 120.0  # seconds
_EXPIRES_SOON = 14  # days


class Check(NamedTuple):
    """What one look showed."""

    name: str
    status: Literal["ok", "warning", "failed"]
    detail: str
    remedy: str | None = None


def checks(*, timeout: float, is_offline: bool = False) -> list[Check]:
    """Return what was looked at, up to the first that failed.

    Args:
        timeout: seconds for each step.
        is_offline: look at the configuration alone.
    """
    made: list[Check] = []
    for check in _checks(timeout, is_offline=is_offline):
        made.append(check)
        if check.status == "failed":
            break
    return made


def _checks(timeout: float, *, is_offline: bool) -> Iterator[Check]:
    from egp import Client

    try:
        client = Client(timeout=timeout, max_retries=0)
    except EGPError as error:
        yield Check("configuration", "failed", str(error), _configuration_remedy(str(error)))
        return
    with client:
        settings: Settings = client._settings  # noqa: SLF001  # what is in force is no public attribute
        yield from _configuration(settings)
        if is_offline:
            return
        try:
            proxy = _proxy(settings.origin)
        except EGPError as error:
            yield Check("proxy", "failed", str(error), "set HTTPS_PROXY to http://host:port, or unset it")
            return
        yield from _way(settings.origin, proxy, timeout)
        yield from _call(client, settings)


def _configuration(settings: Settings) -> Iterator[Check]:
    # Its shape alone: a key is nowhere shown.
    key = settings.api_key.reveal()
    if key[:1] in {'"', "'"} or key[:7].lower() == "bearer ":
        yield Check(
            "configuration",
            "warning",
            "the key begins with a quotation mark or with Bearer",
            "set EGP_API_KEY to the key alone",
        )
    elif settings.base_path.endswith("/v5"):
        yield Check(
            "configuration",
            "warning",
            "the base URL ends with /v5, which the client adds itself",
            "leave /v5 out of EGP_BASE_URL",
        )
    elif _differ("EGP_API_KEY", "SGP_API_KEY"):
        yield Check(
            "configuration",
            "warning",
            "EGP_API_KEY and SGP_API_KEY are two keys; the first is used",
            "unset the one that is out of date",
        )
    else:
        yield Check("configuration", "ok", f"a key for {settings.base_url}")


def _differ(one: str, other: str) -> bool:
    values = [os.environ.get(name, "").strip() for name in (one, other)]
    return all(values) and values[0] != values[1]


def _configuration_remedy(message: str) -> str:
    if "no API key" in message:
        return "export EGP_API_KEY=… with the key of your account"
    for name in ("EGP_API_KEY", "SGP_API_KEY", "EGP_ACCOUNT_ID", "SGP_ACCOUNT_ID"):
        if name in message:
            return f"set {name} anew: copy the value alone, without line ends or marks around it"
    return "set EGP_BASE_URL to https://host, or unset it for the production service"


def _proxy(origin: Origin) -> Proxy | None:
    from egp._io.proxies import machine_proxy

    return machine_proxy(origin)


def _way(origin: Origin, proxy: Proxy | None, timeout: float) -> Iterator[Check]:
    """Name resolution, TCP, the proxy and TLS."""
    import socket

    if proxy is not None and proxy.is_socks:
        yield Check("proxy", "ok", f"{proxy}; what lies behind it is looked at by the call alone")
        return
    host, port = (origin.host, origin.port) if proxy is None else (proxy.host, proxy.port)
    whose = "the server" if proxy is None else "the proxy"
    where = "EGP_BASE_URL" if proxy is None else "HTTPS_PROXY or HTTP_PROXY"
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        yield Check(
            "name",
            "failed",
            f"the name of {whose}, {host}, was not found: {reason}",
            f"check the spelling in {where}, the network, and the VPN",
        )
        return
    yield Check("name", "ok", f"{host} is {', '.join(dict.fromkeys(str(one[4][0]) for one in found))}")
    try:
        connection = socket.create_connection((host, port), timeout)
    except OSError as error:
        is_late = isinstance(error, TimeoutError)
        reason = f"no answer within {timeout:g} s" if is_late else error.strerror or error
        yield Check(
            "connection",
            "failed",
            f"no TCP connection to {whose}, {host} port {port}: {reason}",
            f"check host and port in {where}, the firewall, and whether a proxy is needed",
        )
        return
    with closing(connection):
        yield Check("connection", "ok", f"{host} port {port}{'' if proxy is None else ', a proxy'}")
        if proxy is not None and proxy.scheme == "https":
            yield Check("proxy", "ok", "it is spoken to by TLS; what lies behind it is looked at by the call")
        elif proxy is not None and origin.scheme == "https":
            check = _tunnel(connection, origin, proxy)
            yield check
            if check.status != "failed":
                yield from _tls(connection, origin)
        elif origin.scheme == "https":
            yield from _tls(connection, origin)
        else:
            yield _unencrypted(origin)


def _unencrypted(origin: Origin) -> Check:
    if origin.host in {"127.0.0.1", "::1", "localhost"}:
        return Check("TLS", "ok", "none, to this machine itself")
    return Check("TLS", "warning", "the key goes over the network in clear", "use https:// in EGP_BASE_URL")


def _tunnel(connection: Any, origin: Origin, proxy: Proxy) -> Check:
    request = f"CONNECT {origin.host_and_port} HTTP/1.1\r\nHost: {origin.host_and_port}\r\n"
    if proxy.authorization is not None:
        request += f"Proxy-Authorization: {proxy.authorization.reveal()}\r\n"
    answer = b""
    try:
        connection.sendall(f"{request}\r\n".encode("latin-1"))
        while b"\r\n\r\n" not in answer and len(answer) < 65536:
            # One byte: what follows the head belongs to TLS.
            piece = connection.recv(1)
            if not piece:
                break
            answer += piece
    except OSError as error:
        return Check("proxy", "failed", f"{proxy} does not answer: {error}", "check HTTPS_PROXY")
    status = answer.split(b"\r\n", 1)[0].decode("latin-1")
    code = [*status.split(" "), "", ""][1]
    if code.startswith("2"):
        return Check("proxy", "ok", f"{proxy} lets through to {origin.host_and_port}")
    if code == "407":
        remedy = "put them into HTTPS_PROXY: http://user:password@host:port"
        return Check("proxy", "failed", f"{proxy} asks for user name and password (407)", remedy)
    remedy = f"ask whoever runs the proxy to allow {origin.host_and_port}, or add {origin.host} to NO_PROXY"
    return Check("proxy", "failed", f"{proxy} refuses: {status or 'it closed the connection'}", remedy)


def _tls(connection: Any, origin: Origin) -> Iterator[Check]:
    import ssl

    from egp._io.tls import default_context

    try:
        context = default_context()
    except EGPError as error:
        yield Check("TLS", "failed", str(error), "set SSL_CERT_FILE to a file of certificates, or unset it")
        return
    try:
        # The name without the dot that ends it, as the client has it.
        encrypted = context.wrap_socket(connection, server_hostname=origin.host.rstrip("."))
    except ssl.SSLCertVerificationError as error:
        yield Check(
            "TLS", "failed", f"the certificate of {origin.host}: {error.verify_message}", _tls_remedy(error)
        )
        return
    except OSError as error:
        reason = "no answer" if isinstance(error, TimeoutError) else getattr(error, "reason", None) or error
        remedy = "is this port one for https? where the server has no TLS, use http:// in EGP_BASE_URL"
        yield Check("TLS", "failed", f"no TLS with {origin.host_and_port}: {reason}", remedy)
        return
    with closing(encrypted):
        yield _certificate(encrypted.getpeercert() or {}, encrypted.version())


def _certificate(certificate: Any, version: str | None) -> Check:
    import ssl

    ends = ssl.cert_time_to_seconds(certificate["notAfter"])
    days = int((ends - time.time()) // 86400)
    detail = (
        f"{version}; the certificate ends on {time.strftime('%Y-%m-%d', time.gmtime(ends))}, in {days} days"
    )
    if days < _EXPIRES_SOON:
        return Check("TLS", "warning", detail, "tell whoever runs the server to renew it")
    return Check("TLS", "ok", detail)


def _tls_remedy(error: Any) -> str:
    # The codes of X509_verify_cert_error_string(3).
    code = error.verify_code
    if code == 10:
        return "its time is over: whoever runs the server must renew it; check this machine's clock, too"
    if code == 9:
        return "its time has not begun: check this machine's clock"
    if code in {62, 64}:
        return "it is for another name: check the host in EGP_BASE_URL"
    return "it is of an authority that is not trusted: set SSL_CERT_FILE to that authority's certificate"


def _call(client: Client, settings: Settings) -> Iterator[Check]:
    try:
        answer = client.chat.completions.with_raw_response.models()
        count = len(answer.parse().items or ())
    except APIError as error:
        yield from _clock(error.headers)
        yield Check("call", "failed", str(error), _call_remedy(error, settings))
        return
    except EGPError as error:
        yield Check("call", "failed", str(error), "set the option that it names anew")
        return
    yield from _clock(answer.headers)
    if count:
        yield Check("call", "ok", f"the service lists {count} models")
    else:
        remedy = "ask for the account's access to models"
        yield Check("call", "warning", "the service lists no models", remedy)


def _clock(headers: Any) -> Iterator[Check]:
    from email.utils import parsedate_to_datetime

    try:
        theirs = parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError):
        return
    apart = time.time() - theirs
    if abs(apart) > _CLOCK_MAY_DIFFER:
        detail = f"this machine is {abs(apart):.0f} s {'ahead of' if apart > 0 else 'behind'} the server"
        yield Check("clock", "warning", detail, "set the clock by the network's time (NTP)")
    else:
        yield Check("clock", "ok", f"within {_CLOCK_MAY_DIFFER:.0f} s of the server's")


def _call_remedy(error: APIError, settings: Settings) -> str:
    if isinstance(error, AuthenticationError):
        return "the key is unknown or out of date: set EGP_API_KEY to one that is valid at this address"
    if isinstance(error, PermissionDeniedError):
        return "the key may not do this: check EGP_ACCOUNT_ID, and ask for access"
    if isinstance(error, NotFoundError):
        return f"nothing is served below {settings.base_url}: check the path in EGP_BASE_URL"
    if isinstance(error, RateLimitError):
        return "too many requests, or the quota is used up: wait, or ask for more"
    if isinstance(error, APIResponseValidationError):
        return "something else answered, such as a portal that asks to log in: check the network"
    if isinstance(error, APITimeoutError):
        return "the server takes the connection but does not answer: try again, or with a longer --timeout"
    if isinstance(error, APIConnectionError):
        return (
            "the connection broke: try again; if it stays so, something between here and the server ends it"
        )
    if isinstance(error, APIStatusError) and error.status_code >= 500:
        return "the server, or something on the way to it, is out of order: try again later"
    return "the request id tells whoever runs the server more"
