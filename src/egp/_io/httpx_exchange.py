"""Requests through a client of httpx or httpx2: the user's own, or ours where httpx is patched.

Its proxies, TLS settings, hooks, mounts and mock transports do their work. Redirects and retries stay ours.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections import deque
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import ref

import anyio

from egp._core.failures import Stage
from egp._core.headers import Headers
from egp._core.http1.request import RETRY_COUNT_HEADER
from egp._core.options import Timeouts
from egp._core.response import ResponseHead
from egp._io.backends import current_backend
from egp._io.deadline import seconds_left
from egp._io.interception import httpx_package_of
from egp._loading import LOADING, load_logging
from egp.errors import EGPError

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable, Iterator

    import httpx

    from egp._core.flow import CallFlow, Drain, Send
    from egp._core.http1.request import RequestWriter

C = TypeVar("C")

__all__ = ["AsyncHttpxExchange", "HttpxExchange", "async_own_client", "own_client"]


def own_client(
    max_connections: int, keepalive_expiry: float, ssl_context: ssl.SSLContext | None
) -> httpx.Client:
    """Return a client that reads the proxies from the environment, with a pool as large as our own."""
    load_logging()
    with LOADING:
        import httpx

    return _made(httpx.Client, max_connections, keepalive_expiry, ssl_context)


def async_own_client(
    max_connections: int, keepalive_expiry: float, ssl_context: ssl.SSLContext | None
) -> httpx.AsyncClient:
    """Return the same as `own_client`, asynchronous."""
    load_logging()
    with LOADING:
        import httpx

    return _made(httpx.AsyncClient, max_connections, keepalive_expiry, ssl_context)


def _made(
    kind: Callable[..., C], max_connections: int, keepalive_expiry: float, ssl_context: ssl.SSLContext | None
) -> C:
    with LOADING:
        # httpx would load it with its first client.
        import_module("httpcore")
        import httpx

    # As many as our own, and no cookies: one account's must not go out with another's calls.
    options = {
        "limits": httpx.Limits(
            max_connections=max_connections,
            max_keepalive_connections=max_connections,
            keepalive_expiry=keepalive_expiry,
        ),
        "cookies": CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        "verify": True if ssl_context is None else ssl_context,
    }
    try:
        return kind(**options)
    except ImportError:
        raise EGPError(
            'the environment names a SOCKS proxy, which needs the package socksio: pip install "httpx[socks]"'
        ) from None
    except (ValueError, httpx.InvalidURL):
        # The message of httpx would show the URL, in which there may be a password.
        raise EGPError("the environment names a proxy that is not a URL") from None


class _BaseHttpxExchange:
    """What both kinds share: the request that goes in, and the head that comes out."""

    is_stale = False
    is_complete = False
    """Whether the body is known to be read to its end: httpx tells by an empty read only."""
    via: str | None = None

    def __init__(self, client: object, kind: str, flow: CallFlow) -> None:
        # httpx or httpx2, whose names are the same.
        self._package: Any = sys.modules[httpx_package_of(client, kind) or "httpx"]
        self._flow = flow
        self._response: httpx.Response | None = None
        self.stage = Stage.SEND

    def fill(self, _step: Drain) -> bool:
        """Return that the body is still to be read."""
        return False

    def _request(
        self, client: httpx.Client | httpx.AsyncClient, writer: RequestWriter, step: Send
    ) -> httpx.Request:
        """Return the request to send; its repr shows no header."""
        if client.is_closed:
            raise EGPError("the http_client that the client was given is closed")
        flow = self._flow
        timeouts = Timeouts(*(seconds_left(seconds, step.until) for seconds in flow.options.timeout))
        return client.build_request(
            flow.request.method,
            f"{flow.settings.origin}{step.target}",
            headers=self._fields(writer, step),
            content=flow.request.content,
            timeout=self._package.Timeout(**timeouts._asdict()),
        )

    def _fields(self, writer: RequestWriter, step: Send) -> list[tuple[str, str]]:
        fields = writer.fields(self._flow.request, step.key)
        # httpx writes these itself, and decodes what it asks for.
        if fields["host"] == self._flow.settings.origin.authority:
            del fields["host"]
        if self._flow.request.expects == "json":
            del fields["accept-encoding"]
        fields.setdefault(RETRY_COUNT_HEADER, str(step.retries))
        return list(fields.items())

    def _received(self, response: httpx.Response) -> ResponseHead:
        self._response = response
        self.stage = Stage.READ
        headers = Headers((name.lower(), value) for name, value in response.headers.multi_items())
        return ResponseHead(response.status_code, headers)


class HttpxExchange(_BaseHttpxExchange):
    """One request and its response through an `httpx.Client`."""

    def __init__(self, client: httpx.Client, flow: CallFlow) -> None:
        super().__init__(client, "Client", flow)
        self._client = client
        self._chunks: Iterator[bytes] | None = None
        self._is_bounded = False

    def send(self, writer: RequestWriter, step: Send) -> ResponseHead:
        """Send the request and return the head of its response."""
        _close_dropped()
        request = self._request(self._client, writer, step)
        try:
            response = self._client.send(request, stream=True, follow_redirects=False)
        except self._package.HTTPStatusError as refused:
            # A hook called raise_for_status(): the response says all that the error could.
            response = refused.response
        chunks = self._chunks = response.iter_bytes()
        _open[ref(self, _dropped.append)] = response, chunks
        self._is_bounded = _is_bounded(response)
        return self._received(response)

    def read(self, until: float | None) -> bytes:
        """Return the next decoded bytes of the body; empty at its end.

        Where the reads cannot be bounded, `until` is looked at between them, and a wait that is shorter than
        httpx can keep is not begun.
        """
        seconds = seconds_left(None, until)
        if not self._is_bounded and seconds is not None and seconds <= _SHORTEST_WAIT_SECONDS:
            raise TimeoutError
        try:
            _limit.until = until
            return b"" if self._chunks is None else next(self._chunks, b"")
        finally:
            _limit.until = None

    def close(self) -> None:
        """Free the connection."""
        if self._response is not None:
            self._response.close()
        _open.pop(ref(self), None)
        _close_dropped()

    def abandon(self) -> None:
        """Let go of the response, which the next call closes: httpx takes a lock to do so."""
        self._response = self._chunks = None


# Responses that have not been closed, held from outside of their exchanges: the collector would close them
# wherever it runs, also under the lock of httpx's pool.
_open: dict[ref[Any], tuple[httpx.Response, Iterator[bytes]]] = {}
_dropped: deque[ref[Any]] = deque()


def _close_dropped() -> None:
    """Close the responses whose exchanges are gone."""
    while _dropped:
        try:
            response, _ = _open.pop(_dropped.popleft())
        except (IndexError, KeyError):
            # Another thread has closed it just now.
            continue
        # What goes wrong here concerns nobody any more.
        with contextlib.suppress(Exception):
            response.close()


_SHORTEST_WAIT_SECONDS = 0.1

# Until when the reads of this thread may last, whatever timeout httpx gives them.
_limit = threading.local()


def _is_bounded(response: httpx.Response) -> bool:
    """Have the reads of the response end at `_limit.until`; return whether they do.

    httpx fixes the timeouts of an attempt when it begins, but tells its connection one with each read.
    What requests share, as in HTTP/2, and what is no connection, as in mocks, is left as it is.
    """
    stream: Any = response.extensions.get("network_stream")
    own_attributes: dict[str, Any] | None = getattr(stream, "__dict__", None)
    if own_attributes is None or not response.http_version.startswith("HTTP/1"):
        return False
    if "read" not in own_attributes:
        # Not the method of the stream itself, which would keep it.
        stream_ref: ref[Any] = ref(stream)
        read: Callable[..., bytes] = stream.__class__.read

        def bounded(max_bytes: int, timeout: float | None = None) -> bytes:
            until: float | None = getattr(_limit, "until", None)
            return read(stream_ref(), max_bytes, seconds_left(timeout, until))

        stream.read = bounded
    return True


class AsyncHttpxExchange(_BaseHttpxExchange):
    """One request and its response through an `httpx.AsyncClient`."""

    def __init__(self, client: httpx.AsyncClient, flow: CallFlow) -> None:
        super().__init__(client, "AsyncClient", flow)
        self._backend = current_backend()
        self._client = client
        self._chunks: AsyncIterator[bytes] | None = None

    async def send(self, writer: RequestWriter, step: Send) -> ResponseHead:
        """Send the request and return the head of its response."""
        request = self._request(self._client, writer, step)
        with anyio.fail_after(seconds_left(None, step.until)):
            try:
                response = await self._client.send(request, stream=True, follow_redirects=False)
            except self._package.HTTPStatusError as refused:
                response = refused.response
        self._chunks = response.aiter_bytes()
        return self._received(response)

    async def read(self, until: float | None) -> bytes:
        """Return the next decoded bytes of the body; empty at its end."""
        with anyio.fail_after(seconds_left(None, until)):
            return b"" if self._chunks is None else await anext(self._chunks, b"")

    async def aclose(self) -> None:
        """Free the connection, also when the task is being cancelled."""
        if self._response is not None:
            with anyio.CancelScope(shield=True):
                await self._response.aclose()

    def abandon(self) -> None:
        """Close the response beside everything else, where nothing can be awaited."""
        self._backend.spawn(self.aclose)

    def __del__(self, is_ending: Callable[[], bool] = sys.is_finalizing) -> None:
        # A stream that is dropped unread: httpx itself would leave its connection open.
        response = getattr(self, "_response", None)
        if response is not None and not response.is_closed and not is_ending():
            self.abandon()
