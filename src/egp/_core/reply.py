"""What came back for a call: status, headers and body, free of secrets and of any HTTP library."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

    from egp._core.headers import Headers
    from egp.errors import Attempt, RequestInfo

__all__ = ["Reply"]


class Reply:
    """A successful response whose body is in."""

    __slots__ = ("attempts", "content", "headers", "request", "status")

    def __init__(
        self,
        status: int,
        headers: Headers,
        content: bytes,
        *,
        attempts: tuple[Attempt, ...],
        request: RequestInfo,
    ) -> None:
        self.status = status
        self.headers = headers
        """Names in lower case; the values of secret headers are redacted."""
        self.content = content
        """The body, content-decoded."""
        self.attempts = attempts
        self.request = request

    @property
    def request_id(self) -> str | None:
        """`x-request-id`, where the server gave one."""
        return self.headers.get("x-request-id")

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters; empty when there is none."""
        return media_type(self.headers)

    def http_response(self) -> httpx.Response:
        """The same as an `httpx.Response`, whose `request` carries no headers or body."""
        return as_httpx(self.status, self.headers, self.content, self.request)

    def __repr__(self) -> str:
        return f"<Reply {self.status} {self.content_type or 'no content type'} {len(self.content)} bytes>"


def media_type(headers: Headers) -> str:
    """The media type of a response in lower case, without parameters; empty when it names none."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def as_httpx(status: int, headers: Headers, content: bytes, request: RequestInfo) -> httpx.Response:
    """An `httpx.Response` of these values, built only when somebody asks for one."""
    import httpx

    # The content is decoded already, so these two would no longer be true of it.
    pairs = [(k, v) for k, v in headers.raw if k not in ("content-encoding", "transfer-encoding")]
    return httpx.Response(
        status, headers=pairs, content=content, request=httpx.Request(request.method, request.url)
    )
