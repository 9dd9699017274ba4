"""Requests as they go on the wire: the only place where secrets are put beside what is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from egp._core.headers import KEY_HEADER
from egp._core.secrets import Secret
from egp._version import __version__

if TYPE_CHECKING:
    from egp._core.config import Origin, Settings
    from egp._core.proxy import Proxy
    from egp._core.request import Request

__all__ = ["RETRY_COUNT_HEADER", "RequestWriter", "connect_message"]

RETRY_COUNT_HEADER = "x-egp-retry-count"

# What content_encoding.py decodes; that loads zlib, which nobody needs before a response.
_ACCEPTED = "gzip, deflate"

USER_AGENT = f"egp-client/{__version__}"

# Up to this size one copy is cheaper than a second packet.
_COALESCED_BYTES = 256 * 1024


def connect_message(proxy: Proxy, origin: Origin) -> memoryview:
    """Return what asks a proxy for a tunnel to a server (RFC 9110, section 9.3.6)."""
    place = origin.host_and_port
    lines = [f"CONNECT {place} HTTP/1.1", f"host: {place}", f"user-agent: {USER_AGENT}"]
    if proxy.authorization is not None:
        lines.append(f"proxy-authorization: {proxy.authorization.reveal()}")
    return memoryview("\r\n".join([*lines, "", ""]).encode("ascii"))


class RequestWriter:
    """The requests of one client."""

    __slots__ = ("_prepared", "_settings")

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # Header lines by what they depend on; each is built once.
        self._prepared: dict[tuple[str, str | None, int], Secret[str]] = {}

    def message(
        self,
        request: Request,
        target: str,
        retries: int,
        proxy: Proxy | None = None,
        key: Secret[str] | None = None,
    ) -> list[memoryview]:
        """Return the request as HTTP/1.1 (RFC 9112, section 3), in one part or two.

        In views, since their repr does not show what they hold. A `proxy` that forwards it gets the whole URL
        as its target (section 3.2.2), and its credentials. `key` is sent in the place of the client's own.
        """
        content = request.content
        if request.headers or key is not None:
            lines = self._lines(request, retries, key)
        else:
            kind = (request.expects, None if content is None else request.content_type, retries)
            lines = self._prepared.get(kind) or self._prepared.setdefault(kind, self._lines(request, retries))
        if proxy is not None:
            target = f"{self._settings.origin}{target}"
            if proxy.authorization is not None:
                lines = Secret(f"proxy-authorization: {proxy.authorization.reveal()}\r\n{lines.reveal()}")
        start = f"{request.method} {target} HTTP/1.1\r\n"
        if content is None:
            return [memoryview(f"{start}{lines.reveal()}\r\n".encode("ascii"))]
        end = f"content-length: {len(content)}\r\n\r\n"
        if len(content) <= _COALESCED_BYTES:
            return [memoryview(f"{start}{lines.reveal()}{end}".encode("ascii") + content)]
        return [memoryview(f"{start}{lines.reveal()}{end}".encode("ascii")), memoryview(content)]

    def fields(self, request: Request, key: Secret[str] | None = None) -> dict[str, str]:
        """Return the header fields of a request, secrets revealed, without those that frame the message."""
        settings = self._settings
        # Compressed events would be held back until the compressor's block is full.
        streaming = request.expects == "events"
        merged: dict[str, str | Secret[str]] = {
            "host": settings.origin.authority,
            "user-agent": USER_AGENT,
            "accept": "text/event-stream" if streaming else "application/json",
            "accept-encoding": "identity" if streaming else _ACCEPTED,
            KEY_HEADER: settings.api_key if key is None else key,
        }
        if settings.account_id is not None:
            merged["x-selected-account-id"] = settings.account_id
        if settings.openai_api_key is not None:
            merged["x-openai-api-key"] = settings.openai_api_key
        if request.content is not None and request.content_type is not None:
            merged["content-type"] = request.content_type
        merged.update(settings.default_headers)
        merged.update(request.headers)
        return {
            name: value.reveal() if isinstance(value, Secret) else value for name, value in merged.items()
        }

    def _lines(self, request: Request, retries: int, key: Secret[str] | None = None) -> Secret[str]:
        """Return the header lines; a retry count of the user's own stays."""
        fields = Secret({RETRY_COUNT_HEADER: str(retries)} | self.fields(request, key))
        return Secret("".join([f"{name}: {value}\r\n" for name, value in fields.reveal().items()]))
