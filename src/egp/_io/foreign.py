"""Requests through an httpx client: the user's own, or ours where the environment names a proxy.

Its proxies, TLS settings, hooks, mounts and mock transports do their work. Redirects and retries stay ours.
"""

from __future__ import annotations

from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING

import anyio
import httpx

from egp._core.call import Timeouts
from egp._core.headers import Headers
from egp._io.remaining import seconds_left
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from egp._core.attempts import Attempts
    from egp._core.steps import Send
    from egp._io.wire import Wire

__all__ = ["AsyncForeignExchange", "ForeignExchange", "async_proxy_client", "proxy_client"]


def proxy_client(max_connections: int, keepalive_expiry: float) -> httpx.Client:
    """A client that reads the proxies from the environment, with a pool as large as our own."""
    try:
        return httpx.Client(limits=_limits(max_connections, keepalive_expiry), cookies=_no_cookies())
    except ImportError as error:
        raise EGPError(f"the proxy that the environment names cannot be used: {error}") from None
    except ValueError:
        # The message of httpx would show the URL, in which there may be a password.
        raise EGPError("the environment names a proxy that is no URL") from None


def async_proxy_client(max_connections: int, keepalive_expiry: float) -> httpx.AsyncClient:
    """The asynchronous twin of `proxy_client`."""
    try:
        return httpx.AsyncClient(limits=_limits(max_connections, keepalive_expiry), cookies=_no_cookies())
    except ImportError as error:
        raise EGPError(f"the proxy that the environment names cannot be used: {error}") from None
    except ValueError:
        raise EGPError("the environment names a proxy that is no URL") from None


def _no_cookies() -> CookieJar:
    # As over our own connections: one account's cookies must not go out with another's calls.
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


def _limits(max_connections: int, keepalive_expiry: float) -> httpx.Limits:
    return httpx.Limits(
        max_connections=max_connections,
        max_keepalive_connections=max_connections,
        keepalive_expiry=keepalive_expiry,
    )


class _Foreign:
    """What both kinds share: the request that goes in, and the head that comes out."""

    status: int
    headers: Headers
    is_stale = False

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts
        self._response: httpx.Response | None = None
        self.doing = "sending"

    def _request(self, client: httpx.Client | httpx.AsyncClient, wire: Wire, step: Send) -> httpx.Request:
        """The request to send; its repr shows no header."""
        if client.is_closed:
            raise EGPError("the http_client that the client was given is closed")
        call = self._attempts.call
        timeouts = Timeouts(*(seconds_left(seconds, step.until) for seconds in self._attempts.timeouts))
        return client.build_request(
            call.method,
            f"{self._attempts.settings.origin}{step.target}",
            headers=self._fields(wire, step),
            content=call.content,
            timeout=httpx.Timeout(**timeouts._asdict()),
        )

    def _fields(self, wire: Wire, step: Send) -> list[tuple[str, str]]:
        fields = wire.fields(self._attempts.call)
        # httpx writes these itself, and decodes what it asks for.
        if fields["host"] == self._attempts.settings.origin.authority:
            del fields["host"]
        if self._attempts.call.expects == "json":
            del fields["accept-encoding"]
        return [*fields.items(), ("x-egp-retry-count", str(step.retries))]

    def _received(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers = Headers((name.lower(), value) for name, value in response.headers.multi_items())
        self.doing = "reading"


class ForeignExchange(_Foreign):
    """One request and its response through an `httpx.Client`."""

    def __init__(self, client: httpx.Client, attempts: Attempts) -> None:
        super().__init__(attempts)
        self._client = client
        self._chunks: Iterator[bytes] | None = None

    def send(self, wire: Wire, step: Send) -> None:
        """Send the request and read the head of its response."""
        request = self._request(self._client, wire, step)
        try:
            response = self._client.send(request, stream=True, follow_redirects=False)
        except httpx.HTTPStatusError as refused:
            # A hook called raise_for_status(): the response says all that the error could.
            response = refused.response
        self._received(response)
        self._chunks = response.iter_bytes()

    def read(self, until: float | None) -> bytes:
        """The next decoded bytes of the body; empty at its end.

        `until` is looked at between reads: one read may last for the read timeout that the attempt began
        with, which httpx does not let anyone shorten afterwards.
        """
        seconds_left(None, until)
        return b"" if self._chunks is None else next(self._chunks, b"")

    def close(self) -> None:
        """Free the connection."""
        if self._response is not None:
            self._response.close()

    def abandon(self) -> None:
        """Let go of the response: httpx has no way to close it that takes no lock."""
        self._response = self._chunks = None


class AsyncForeignExchange(_Foreign):
    """One request and its response through an `httpx.AsyncClient`."""

    def __init__(self, client: httpx.AsyncClient, attempts: Attempts) -> None:
        super().__init__(attempts)
        self._client = client
        self._chunks: AsyncIterator[bytes] | None = None

    async def send(self, wire: Wire, step: Send) -> None:
        """Send the request and read the head of its response."""
        request = self._request(self._client, wire, step)
        with anyio.fail_after(seconds_left(None, step.until)):
            try:
                response = await self._client.send(request, stream=True, follow_redirects=False)
            except httpx.HTTPStatusError as refused:
                response = refused.response
        self._received(response)
        self._chunks = response.aiter_bytes()

    async def read(self, until: float | None) -> bytes:
        """The next decoded bytes of the body; empty at its end."""
        with anyio.fail_after(seconds_left(None, until)):
            return b"" if self._chunks is None else await anext(self._chunks, b"")

    async def aclose(self) -> None:
        """Free the connection, also when the task is being cancelled."""
        if self._response is not None:
            with anyio.CancelScope(shield=True):
                await self._response.aclose()
