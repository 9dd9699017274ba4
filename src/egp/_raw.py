"""Responses before they are made results of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from egp._core.headers import Headers
    from egp._core.reply import Reply
    from egp._io.asynchronous import AsyncStreamReply
    from egp._io.sync import StreamReply
    from egp.errors import Attempt, RequestInfo

__all__ = ["RawResponse"]

T = TypeVar("T")


class RawResponse(Generic[T]):
    """Status, headers and body of a successful response; `parse()` makes the result of it.

    With `stream=True`, the result is the open stream, to be closed as such.
    """

    def __init__(self, reply: Reply | StreamReply | AsyncStreamReply, parse: Callable[[], T]) -> None:
        self._reply = reply
        self._parse = parse
        self._parsed: list[T] = []

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self._reply.status

    @property
    def headers(self) -> Headers:
        """The headers, names in lower case; values of secret ones are redacted."""
        return self._reply.headers

    @property
    def request_id(self) -> str | None:
        """The server's id of the request, from `x-request-id`; None where it gave none."""
        return self._reply.request_id

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every attempt made, with its status and the wait after it."""
        return self._reply.attempts

    @property
    def request(self) -> RequestInfo:
        """Method and URL of the request."""
        return self._reply.request

    @property
    def content(self) -> bytes:
        """The body, content-decoded; empty for a stream."""
        return getattr(self._reply, "content", b"")

    @property
    def http_response(self) -> httpx.Response:
        """The same as httpx has it; its request has neither key nor prompt."""
        return self._reply.http_response()

    def parse(self) -> T:
        """The result, made at the first call and the same at each.

        Raises:
            APIResponseValidationError: the body is not what was asked for.
        """
        if not self._parsed:
            self._parsed.append(self._parse())
        return self._parsed[0]

    def __repr__(self) -> str:
        return f"<RawResponse {self.status_code}, request id {self.request_id}>"
