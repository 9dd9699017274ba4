"""An open response, read piece by piece, blocking. Its twin is `async_stream`."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from egp._core.faults import failure_of
from egp._core.reply import as_httpx, media_type
from egp.errors import APIError, Attempt, RequestInfo

if TYPE_CHECKING:
    import httpx

    from egp._core.attempts import Attempts
    from egp._core.headers import Headers
    from egp._core.steps import Send
    from egp._io.sync import Engine
    from egp._io.wire import Wire

__all__ = ["Exchanging", "StreamReply"]

E = TypeVar("E", bound=APIError)

# For the end of the last chunk of a stream, which may come in a packet of its own.
_LINGER_SECONDS = 0.1
_LINGER_BYTES = 64 * 1024


class Exchanging(Protocol):
    """One request and its response, through our own connections or through an httpx client."""

    status: int
    headers: Headers
    doing: str

    @property
    def is_stale(self) -> bool: ...
    def send(self, wire: Wire, step: Send) -> None: ...
    def read(self, until: float | None) -> bytes: ...
    def close(self) -> None: ...
    def abandon(self) -> None: ...


class StreamReply:
    """A successful response whose body is read piece by piece."""

    __slots__ = ("_attempts", "_engine", "_exchange", "_wire", "headers", "status")

    status: int
    headers: Headers
    """Names in lower case; the values of secret headers are redacted."""

    def __init__(self, engine: Engine, wire: Wire, attempts: Attempts, exchange: Exchanging) -> None:
        self._engine = engine
        self._wire = wire
        self._attempts = attempts
        self._exchange: Exchanging | None = exchange
        self.status = exchange.status
        self.headers = exchange.headers

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every attempt made, in order."""
        return self._attempts.history

    @property
    def request(self) -> RequestInfo:
        """Method and URL of the request."""
        return self._attempts.request

    @property
    def request_id(self) -> str | None:
        """`x-request-id`, where the server gave one."""
        return self.headers.get("x-request-id")

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters; empty when there is none."""
        return media_type(self.headers)

    def http_response(self) -> httpx.Response:
        """Status and headers as an `httpx.Response`, whose `request` carries no headers or body."""
        return as_httpx(self.status, self.headers, b"", self.request)

    def error(self, kind: type[E], message: str, *, body: Any = None) -> E:
        """An error of this call, with all that is known of it (status, headers, request id, attempts)."""
        return self._attempts.error(kind, message, body=body)

    def read(self, until: float | None = None, otherwise: str = "") -> bytes:
        """The next bytes of the body, content-decoded; empty at its end and once closed.

        `until` is an instant of `time.monotonic()`: past it, `APITimeoutError(otherwise)`. Errors come
        as egp.errors with everything known on them, and close the connection.
        """
        exchange = self._exchange
        if exchange is None:
            return b""
        attempts = self._attempts
        try:
            return exchange.read(attempts.sooner(until))
        except Exception as error:
            failure = failure_of(error, exchange.doing)
            if failure is None:
                self.close()
                raise
        except BaseException:
            self.close()
            raise
        self.close()
        raise attempts.stream_error(failure, until, otherwise)

    def read_all(self, limit: int) -> bytes:
        """What is left of the body, up to about `limit` bytes; the connection is free afterwards."""
        parts: list[bytes] = []
        size = 0
        while size < limit and (part := self.read()):
            parts.append(part)
            size += len(part)
        self.close()
        return b"".join(parts)

    def retry(self, error: APIError, status: int | None) -> StreamReply:
        """The call made again because its stream began with `error`, in the shape of `status`.

        Closes this reply. Raises `error`, with the attempts on it, when the policy gives up.
        """
        exchange, self._exchange = self._exchange, None
        attempts = self._attempts
        _, opened = self._engine.run(attempts, attempts.stream_failed(error, status), self._wire, exchange)
        if opened is None:
            raise error
        return StreamReply(self._engine, self._wire, attempts, opened)

    def finish(self) -> None:
        """Free the connection after the last event: the end of the body, which says nothing more, is
        waited for at most a tenth of a second, so that the connection can be used again."""
        exchange = self._exchange
        if exchange is None:
            return
        left = _LINGER_BYTES
        try:
            # Nothing is lost with what cannot be read here: the connection is closed then.
            with contextlib.suppress(Exception):
                until = self._attempts.sooner(time.monotonic() + _LINGER_SECONDS)
                while left > 0 and (part := exchange.read(until)):
                    left -= len(part)
        finally:
            self.close()

    def close(self) -> None:
        """Free the connection; it is kept for the next call when the body has been read to its end."""
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.close()

    def abandon(self) -> None:
        """Close the connection from a finalizer, which takes no lock: its thread may hold it."""
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.abandon()
