"""Responses that are read as they come: `client.chat.completions.with_streaming_response`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, overload

from egp._core.json import decode_plain
from egp._core.lines import LineDecoder
from egp._core.response import ResponseProperties

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import TracebackType
    from typing import Unpack

    from egp_api.models import ChatCompletion, ChatCompletionChunk

    from egp._async.session import AsyncSession
    from egp._async.stream import AsyncStream
    from egp._options import CreateOptions, StreamCreateOptions
    from egp._responses import RawResponse

__all__ = ["AsyncStreamingCall", "AsyncStreamingCompletions", "AsyncStreamingResponse"]

T = TypeVar("T")


class AsyncStreamingCompletions:
    """`client.chat.completions.with_streaming_response`."""

    __slots__ = ("_session",)

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    @overload
    def create(
        self, *, stream: Literal[False] | None = None, **keywords: Unpack[CreateOptions]
    ) -> AsyncStreamingCall[ChatCompletion]: ...
    @overload
    def create(
        self, *, stream: Literal[True], **keywords: Unpack[StreamCreateOptions]
    ) -> AsyncStreamingCall[AsyncStream[ChatCompletionChunk]]: ...
    @overload
    def create(
        self, *, stream: bool, **keywords: Unpack[StreamCreateOptions]
    ) -> AsyncStreamingCall[ChatCompletion] | AsyncStreamingCall[AsyncStream[ChatCompletionChunk]]: ...
    def create(self, *, stream: bool | None = None, **keywords: Any) -> AsyncStreamingCall[Any]:
        """Return the call of `Completions.create`, made when its block begins.

        It takes the same keywords and raises the same errors. The block closes the response.
        """
        return AsyncStreamingCall(self._session, stream, keywords)


class AsyncStreamingCall(Generic[T]):
    """A call whose response is open in a block: `async with … as response:`."""

    __slots__ = ("_keywords", "_response", "_session", "_stream")

    def __init__(self, session: AsyncSession, stream: bool | None, keywords: dict[str, Any]) -> None:
        self._session = session
        self._stream = stream
        self._keywords = keywords
        self._response: AsyncStreamingResponse[T] | None = None

    async def __aenter__(self) -> AsyncStreamingResponse[T]:
        raw = await self._session.calls.create(self._stream, dict(self._keywords))
        self._response = AsyncStreamingResponse(raw, raw.parse() if self._stream else None)
        return self._response

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._response is not None:
            await self._response.close()


class AsyncStreamingResponse(ResponseProperties, Generic[T]):
    """Status and headers of a successful response, and its body by one of its methods.

    With `stream=True` the body is read as it comes: by `parse()` chunk by chunk, or as bytes or lines, which
    know nothing of `first_token_timeout` and `idle_timeout`. What one method has taken, another never sees.
    The body of a whole answer is in when the block begins, and every method gives all of it.
    """

    def __init__(self, raw: RawResponse[T], chunks: AsyncStream[Any] | None) -> None:
        self.head = raw.head
        self.context = raw.context
        self._raw = raw
        self._chunks = chunks

    async def parse(self) -> T:
        """Return the result: the completion, or with `stream=True` the stream of its chunks.

        Raises:
            APIResponseValidationError: the body is not what was asked for.
        """
        return self._raw.parse()

    async def read(self) -> bytes:
        """Return the body, content-decoded; of a stream, what is left of it."""
        body = bytearray()
        async for piece in self.iter_bytes():
            body += piece
        return bytes(body)

    async def text(self) -> str:
        """Return the body as text; bytes that are not UTF-8 become U+FFFD."""
        return (await self.read()).decode("utf-8", "replace")

    async def json(self) -> Any:
        """Return the JSON value in the body. Raises `ValueError` where there is none."""
        return decode_plain(await self.read())

    async def iter_bytes(self) -> AsyncIterator[bytes]:
        """Give the body in pieces as they come, content-decoded.

        Raises:
            StreamInterruptedError: the connection broke.
            APITimeoutError: a timeout or the deadline ran out.
        """
        if self._chunks is None:
            if self._raw.content:
                yield self._raw.content
            return
        while piece := await self._chunks.read_bytes():
            yield piece

    async def iter_lines(self) -> AsyncIterator[str]:
        """Give the body line by line, without the ends of lines; errors are those of `iter_bytes`."""
        lines = LineDecoder()
        async for piece in self.iter_bytes():
            for line in lines.feed(piece):
                yield line
        for line in lines.finish():
            yield line

    async def close(self) -> None:
        """Free the connection. More than once is harmless."""
        if self._chunks is not None:
            await self._chunks.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.status_code}, request id {self.request_id}>"
