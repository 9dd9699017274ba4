"""What came back for a call: status, headers and body, free of secrets and of any HTTP library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from egp.errors import APIError

if TYPE_CHECKING:
    import httpx

    from egp._core.course import Course, HeadLike
    from egp._core.headers import Headers
    from egp.errors import Attempt, RequestInfo

__all__ = ["Reply", "as_httpx", "decoded_fields", "media_type"]

E = TypeVar("E", bound=APIError)


class Reply:
    """A successful response whose body is in."""

    __slots__ = ("_course", "attempts", "content", "headers", "status")

    status: int
    headers: Headers
    """Names in lower case; the values of secret headers are redacted."""
    content: bytes
    """The body, content-decoded."""
    attempts: tuple[Attempt, ...]

    def __init__(self, course: Course, head: HeadLike, content: bytes) -> None:
        self._course = course
        self.status = head.status
        self.headers = head.headers
        self.content = content
        self.attempts = course.history

    @property
    def request(self) -> RequestInfo:
        """Method and URL of the request."""
        return self._course.request

    @property
    def request_id(self) -> str | None:
        """`x-request-id`, where the server gave one."""
        return self.headers.get("x-request-id")

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters; empty when there is none."""
        return media_type(self.headers)

    def error(self, kind: type[E], message: str, *, body: Any = None) -> E:
        """An error of this call, with all that is known of it (status, headers, request id, attempts)."""
        return self._course.error(kind, message, body=body)

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

    return httpx.Response(
        status,
        headers=decoded_fields(headers),
        content=content,
        request=httpx.Request(request.method, request.url),
    )


def decoded_fields(headers: Headers) -> list[tuple[str, str]]:
    """The fields that are still true of a body once it is decoded and whole."""
    untrue = ("content-encoding", "content-length", "transfer-encoding")
    return [(name, value) for name, value in headers.raw if name not in untrue]
