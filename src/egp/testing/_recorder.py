"""Forward requests to a real service, and record what it answers."""

from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING

import httpx

from egp.testing._cassette import CassetteError, Interaction, Recording
from egp.testing._protocol import transport_of
from egp.testing._redaction import Redactor
from egp.testing._reply import json_reply
from egp.testing._sender import ReplySender

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from pathlib import Path

    from starlette.types import Receive, Scope, Send

    from egp.testing._requests import RecordedRequest

# A client that has what it wants, such as `[DONE]`, may stop the server before the response is complete.
_IDLE_SECONDS = 5.0
_TIMEOUT = httpx.Timeout(600, connect=10)
# Headers that concern one connection only: RFC 9110, section 7.6.1.
_HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
# Compression is declined: a compressed body could neither be read nor searched for secrets.
_REPLACED = _HOP_BY_HOP | {"accept-encoding", "content-length", "expect", "host"}
_OF_COMPRESSION = {"content-encoding", "content-length"}
_READABLE_ENCODINGS = {"", "deflate", "gzip", "identity"}


class UpstreamError(Exception):
    """The service cannot be reached, or the request or its response cannot be recorded."""


class Recorder:
    """Forwards requests and records them with their responses.

    Args:
        path: The cassette, which is replaced when the recorder is closed.
        upstream: The base URL of the service; the path of each request is added to it.
        prefix: The path in front of the service's own, which is not forwarded.
        secrets: Values that are replaced wherever they stand.

    Raises:
        CassetteError: This is a CI run that has not asked for recordings.
    """

    def __init__(self, path: Path | str, *, upstream: str, prefix: str, secrets: Iterable[str]) -> None:
        _refuse_in_ci()
        self._upstream = httpx.URL(upstream)
        if self._upstream.scheme not in {"http", "https"} or not self._upstream.host:
            raise ValueError(f"upstream must be a URL such as https://api.example.com, got {upstream!r}")
        self._path = path
        self._prefix = prefix
        self._redactor = Redactor(secrets)
        self._redactor.learn(self._upstream.password)
        self._recording: Recording | None = None
        self._client: httpx.AsyncClient | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._incoming: set[asyncio.Task[None]] = set()
        """Those whose response has begun."""
        self._latest = 0.0
        """When something came in last."""
        self._count = 0

    def open(self) -> None:
        """Begin the recording; raise CassetteError where someone else records the same cassette."""
        self._recording = Recording(self._path)

    async def respond(self, request: RecordedRequest, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request, send on what comes back, and record both.

        A client that leaves does not end it: the response is recorded to its end.
        """
        self._count += 1
        task = asyncio.ensure_future(self._exchange(self._count, request, scope, send))
        self._tasks.add(task)
        await asyncio.wait({task})
        self._tasks.discard(task)
        self._incoming.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, UpstreamError):
            body = {"error": {"message": str(error), "type": "upstream_error", "param": None, "code": None}}
            reply = json_reply(body, status=502).with_headers({"x-should-retry": "false"})
            await ReplySender(scope, receive, send, headers={}).play(reply)
        elif error is not None:
            raise error

    async def abort(self) -> None:
        """Break off what is being forwarded."""
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def close(self) -> None:
        """Wait for responses that are coming in, break off the rest, and put the cassette in its place."""
        while self._incoming and time.monotonic() - self._latest < _IDLE_SECONDS:
            await asyncio.wait([*self._incoming], timeout=_IDLE_SECONDS / 20)
        await self.abort()
        if self._client is not None:
            await self._client.aclose()
            self._client = None
        if self._recording is not None:
            self._recording.finish(self._redactor)
            self._recording = None

    async def _exchange(self, place: int, request: RecordedRequest, scope: Scope, send: Send) -> None:
        began = time.monotonic()
        response = await self._forward(request, scope)
        self._incoming |= {task for task in (asyncio.current_task(),) if task is not None}
        try:
            self._latest = time.monotonic()
            times = [_milliseconds(began)]
            headers = _kept_headers(response)
            encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
            await send({"type": "http.response.start", "status": response.status_code, "headers": encoded})
            parts: list[bytes] = []
            complete = True
            try:
                async for part in _parts(response):
                    self._latest = time.monotonic()
                    times.append(_milliseconds(began))
                    parts.append(part)
                    await send({"type": "http.response.body", "body": part, "more_body": True})
            except httpx.HTTPError:
                complete = False
        finally:
            await response.aclose()
        interaction = Interaction(
            method=request.method,
            path=request.path.removeprefix(self._prefix),
            query=tuple(request.query.multi_items()),
            request_headers=tuple(request.headers.multi_items()),
            request_body=request.content,
            status=response.status_code,
            headers=tuple(headers),
            parts=tuple(parts),
            times=tuple(times),
            end="done" if complete else "close",
        )
        assert self._recording is not None  # noqa: S101  # open() comes before the first request
        self._recording.add(place, interaction.without_secrets(self._redactor))
        if complete:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            transport_of(scope).close()

    async def _forward(self, request: RecordedRequest, scope: Scope) -> httpx.Response:
        encoding = request.headers.get("content-encoding", "identity").lower()
        if encoding != "identity":
            raise UpstreamError(
                f"The request is in the encoding {encoding}, which cannot be searched for secrets, so it was "
                "neither sent on nor recorded."
            )
        raw_path: bytes = scope["raw_path"].removeprefix(self._prefix.encode())
        query: bytes = scope["query_string"]
        own = self._upstream.raw_path.partition(b"?")[0].rstrip(b"/")
        url = self._upstream.copy_with(raw_path=own + raw_path + (b"?" + query if query else b""))
        headers = [
            (name, value) for name, value in request.headers.multi_items() if name.lower() not in _REPLACED
        ]
        headers.append(("accept-encoding", "identity"))
        outgoing = httpx.Request(request.method, url, headers=headers, content=request.content)
        try:
            response = await self._connected().send(outgoing, stream=True)
        except httpx.HTTPError as error:
            reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            raise UpstreamError(
                f"{self._upstream.host} did not answer ({reason}); nothing was recorded."
            ) from error
        encoding = response.headers.get("content-encoding", "").lower()
        if encoding not in _READABLE_ENCODINGS:
            await response.aclose()
            raise UpstreamError(
                f"{self._upstream.host} answered in the encoding {encoding}, which cannot be searched for "
                "secrets, so nothing was recorded."
            )
        return response

    def _connected(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(
                timeout=_TIMEOUT,
                limits=httpx.Limits(max_connections=None),
                verify=self._upstream.scheme == "https",  # reading the certificates takes time
            )
        return self._client


def _refuse_in_ci() -> None:
    asked = os.environ.get("EGP_RECORD_IN_CI", "").lower() in {"1", "true", "yes"}
    if os.environ.get("CI", "").lower() not in {"", "0", "false"} and not asked:
        raise CassetteError(
            "Recording is off in CI (the environment has CI set), where cassettes are played only. "
            "Set EGP_RECORD_IN_CI=1 to record all the same."
        )


def _parts(response: httpx.Response) -> AsyncIterator[bytes]:
    """Read the body in the parts in which it comes, uncompressed."""
    return response.aiter_bytes() if _is_compressed(response) else response.aiter_raw()


def _kept_headers(response: httpx.Response) -> list[tuple[str, str]]:
    dropped = _HOP_BY_HOP | _OF_COMPRESSION if _is_compressed(response) else _HOP_BY_HOP
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw]
    return [(name, value) for name, value in pairs if name.lower() not in dropped]


def _is_compressed(response: httpx.Response) -> bool:
    return response.headers.get("content-encoding", "identity").lower() not in {"", "identity"}


def _milliseconds(since: float) -> int:
    return round((time.monotonic() - since) * 1000)
