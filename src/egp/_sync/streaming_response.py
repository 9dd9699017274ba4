# Made by scripts/unasync from src/egp/_async/streaming_response.py: edit that file, then run the script.
"""Responses that are read as they come: `client.chat.completions.with_streaming_response`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, overload

from egp._core.json import decode_plain
from egp._core.lines import LineDecoder
from egp._core.response import ResponseProperties

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Unpack

    from egp_api.models import ChatCompletion, ChatCompletionChunk

    from egp._options import CreateOptions, StreamCreateOptions
    from egp._responses import RawResponse
    from egp._sync.session import Session
    from egp._sync.stream import Stream

__all__ = ["StreamingCall", "StreamingCompletions", "StreamingResponse"]

T = TypeVar("T")


class StreamingCompletions:
    """`client.chat.completions.with_streaming_response`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    @overload
    def create(
        self, *, stream: Literal[False] | None = None, **keywords: Unpack[CreateOptions]
    ) -> StreamingCall[ChatCompletion]: ...
    @overload
    def create(
        self, *, stream: Literal[True], **keywords: Unpack[StreamCreateOptions]
    ) -> StreamingCall[Stream[ChatCompletionChunk]]: ...
    @overload
    def create(
        self, *, stream: bool, **keywords: Unpack[StreamCreateOptions]
    ) -> StreamingCall[ChatCompletion] | StreamingCall[Stream[ChatCompletionChunk]]: ...
    def create(self, *, stream: bool | None = None, **keywords: Any) -> StreamingCall[Any]:
        """Return the call of `Completions.create`, made when its block begins.

        It takes the same keywords and raises the same errors. The block closes the response.
        """
        return StreamingCall(self._session, stream, keywords)


class StreamingCall(Generic[T]):
    """A call whose response is open in a block: `with … as response:`."""

    __slots__ = ("_keywords", "_response", "_session", "_stream")

    def __init__(self, session: Session, stream: bool | None, keywords: dict[str, Any]) -> None:
        self._session = session
        self._stream = stream
        self._keywords = keywords
        self._response: StreamingResponse[T] | None = None

    def __enter__(self) -> StreamingResponse[T]:
        raw = self._session.calls.create(self._stream, dict(self._keywords))
        self._response = StreamingResponse(raw, raw.parse() if self._stream else None)
        return self._response

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._response is not None:
            self._response.close()


class StreamingResponse(ResponseProperties, Generic[T]):
    """Status and headers of a successful response, and its body by one of its methods.

    With `stream=True` the body is read as it comes: by `parse()` chunk by chunk, or as bytes or lines, which
    know nothing of `first_token_timeout` and `idle_timeout`. What one method has taken, another never sees.
    The body of a whole answer is in when the block begins, and every method gives all of it.
    """

    def __init__(self, raw: RawResponse[T], chunks: Stream[Any] | None) -> None:
        self.head = raw.head
        self.context = raw.context
        self._raw = raw
        self._chunks = chunks

    def parse(self) -> T:
        """Return the result: the completion, or with `stream=True` the stream of its chunks.

        Raises:
            APIResponseValidationError: the body is not what was asked for.
        """
        return self._raw.parse()

    def read(self) -> bytes:
        """Return the body, content-decoded; of a stream, what is left of it."""
        body = bytearray()
        for piece in self.iter_bytes():
            body += piece
        return bytes(body)

    def text(self) -> str:
        """Return the body as text; bytes that are not UTF-8 become U+FFFD."""
        return (self.read()).decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the JSON value in the body. Raises `ValueError` where there is none."""
        return decode_plain(self.read())

    def iter_bytes(self) -> Iterator[bytes]:
        """Give the body in pieces as they come, content-decoded.

        Raises:
            StreamInterruptedError: the connection broke.
            APITimeoutError: a timeout or the deadline ran out.
        """
        if self._chunks is None:
            if self._raw.content:
                yield self._raw.content
            return
        while piece := self._chunks.read_bytes():
            yield piece

    def iter_lines(self) -> Iterator[str]:
        """Give the body line by line, without the ends of lines; errors are those of `iter_bytes`."""
        lines = LineDecoder()
        for piece in self.iter_bytes():
            for line in lines.feed(piece):
                yield line
        for line in lines.finish():
            yield line

    def close(self) -> None:
        """Free the connection. More than once is harmless."""
        if self._chunks is not None:
            self._chunks.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.status_code}, request id {self.request_id}>"
