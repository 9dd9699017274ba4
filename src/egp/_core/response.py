"""Responses, free of secrets and of any HTTP library: the head, and what everything that has one shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from egp_api.types import ResponseInfo

from egp._core.headers import printable
from egp._loading import LOADING

if TYPE_CHECKING:
    import httpx

    from egp._core.context import CallContext
    from egp._core.headers import Headers
    from egp.errors import APIError, Attempt, RequestInfo

__all__ = ["Response", "ResponseHead", "ResponseProperties", "decoded_fields"]

E = TypeVar("E", bound="APIError")


class ResponseHead:
    """Status and headers of a response, whoever read them."""

    __slots__ = ("headers", "status")

    def __init__(self, status: int, headers: Headers) -> None:
        self.status = status
        self.headers = headers
        """Names in lower case; the values of secret headers are redacted."""

    @property
    def request_id(self) -> str | None:
        """`x-request-id`, where the server gave one."""
        value = self.headers.joined.get("x-request-id")
        return value if value is None or value.isprintable() else printable(value)

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters; empty when there is none.

        Proxies add the field a second time: the first one counts.
        """
        value = self.headers.joined.get("content-type", "")
        # Most have nothing to be taken off.
        if value == "application/json":
            return value
        kind = value.partition(";")[0].partition(",")[0].strip().lower()
        return kind if kind.isprintable() else printable(kind)

    def __repr__(self) -> str:
        return f"<ResponseHead {self.status}>"


class ResponseProperties:
    """What a response, a stream and a raw response show of the response's head."""

    __slots__ = ()

    head: ResponseHead
    context: CallContext
    """The call that it answers."""

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self.head.status

    @property
    def headers(self) -> Headers:
        """The headers, with those about rate limits: names in lower case, values of secret ones redacted."""
        return self.head.headers

    @property
    def request_id(self) -> str | None:
        """The server's id of the request, from `x-request-id`; None where it gave none."""
        return self.head.request_id

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every attempt made, in order, with its status and the wait after it."""
        return self.context.history

    @property
    def request(self) -> RequestInfo:
        """Method and URL of the request."""
        return self.context.request_info

    @property
    def http_response(self) -> httpx.Response:
        """The response as an `httpx.Response`, without key and prompt; that of a stream has no body."""
        # Imported here: httpx is slow to load, and few ask for it.
        with LOADING:
            import httpx

        head = self.head
        return httpx.Response(
            head.status,
            headers=decoded_fields(head.headers),
            content=getattr(self, "content", b""),
            request=httpx.Request(*self.request),
        )

    @property
    def response_info(self) -> ResponseInfo:
        """Status, headers, request id and attempts as one value, without the body."""
        head = self.head
        return ResponseInfo(head.status, head.headers, head.request_id, self.context.history)


class Response(ResponseProperties):
    """A successful response whose body is in."""

    __slots__ = ("content", "context", "head")

    def __init__(self, context: CallContext, head: ResponseHead, content: bytes) -> None:
        self.context = context
        self.head = head
        self.content = content
        """The body, content-decoded."""

    def error(self, kind: type[E], message: str, *, body: Any = None) -> E:
        """Return an error of this call, with all that is known of it."""
        return self.context.error(kind, message, body=body)

    def __repr__(self) -> str:
        kind = self.head.content_type or "no content type"
        return f"<Response {self.head.status} {kind} {len(self.content)} bytes>"


def decoded_fields(headers: Headers) -> list[tuple[str, str]]:
    """Return the fields that are still true of a body once it is decoded and whole."""
    untrue = ("content-encoding", "content-length", "transfer-encoding")
    return [(name, value) for name, value in headers.raw if name not in untrue]
