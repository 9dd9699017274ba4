"""The events of a streamed chat completion: `client.chat.completions.stream(…)`."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from egp._core.event_stream import StreamEvents
from egp._loading import LOADING
from egp.errors import EGPError

if TYPE_CHECKING:
    from types import TracebackType

    from egp_api.models import ChatCompletion, ChatCompletionChunk

    from egp._async.session import AsyncSession
    from egp._async.stream import AsyncStream
    from egp._core.stream_events import ChatCompletionStreamEvent
    from egp.structured.output import OutputReader
    from egp.structured.parsed import ParsedChatCompletion

__all__ = ["AsyncChatCompletionStream", "AsyncText"]

T = TypeVar("T")


class AsyncChatCompletionStream(Generic[T]):
    """The events of an answer while it is being made: deltas, and what they complete.

    Use it in a `with` block, and iterate over it, over `text()`, or over one after the other: each goes on
    where the last one stopped. The request is sent when the block is entered, or with the first event.

    Reading it raises the errors of `Stream`.
    """

    def __init__(
        self,
        session: AsyncSession,
        keywords: dict[str, Any],
        *,
        reader: OutputReader[T] | None = None,
    ) -> None:
        self._session = session
        self._keywords = keywords
        self._reader = reader
        self._stream: AsyncStream[ChatCompletionChunk] | None = None
        self._events: StreamEvents[T] | None = None
        self._waiting: deque[ChatCompletionStreamEvent[T]] = deque()
        self._has_ended = False

    @property
    def raw(self) -> AsyncStream[ChatCompletionChunk]:
        """The stream of the chunks, with status, headers and request id of the response."""
        if self._stream is None:
            raise EGPError("the stream is not open: enter its `with` block, or take an event")
        return self._stream

    @property
    def snapshot(self) -> ChatCompletion:
        """The completion so far, made anew each time."""
        return self.raw.accumulator.completion()

    @property
    def current_completion_snapshot(self) -> ChatCompletion:
        """The same as `snapshot`, by the name that programs written for openai use."""
        return self.snapshot

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ChatCompletionStreamEvent[T]:
        waiting = self._waiting
        while not waiting:
            if self._has_ended:
                raise StopAsyncIteration
            await self._take()
        return waiting.popleft()

    async def _take(self) -> None:
        stream = self._stream or await self._opened()
        # What `anext` calls: a loop over events takes this way for each chunk.
        chunk = await stream._advance()  # noqa: SLF001
        if chunk is None:
            self._has_ended = True
            # What was closed before its end has nothing that is done.
            if self._events is not None and stream.is_ended:
                self._waiting.extend(self._events.finish())
            return
        events = self._events
        if events is None:
            # Made with the first chunk: an attempt before it may have failed and left another accumulator.
            events = self._events = StreamEvents(
                stream.accumulator,
                content_reader=None if self._reader is None else self._reader.content,
                arguments_reader=None if self._reader is None else self._reader.arguments.get,
            )
        self._waiting.extend(events.events_of(chunk))

    async def _opened(self) -> AsyncStream[ChatCompletionChunk]:
        stream = self._stream
        if stream is None:
            stream = self._stream = (await self._session.calls.create(True, self._keywords)).parse()
        return stream

    def text(self, choice_index: int = 0) -> AsyncText:
        """Iterate over the pieces of the text of one choice, none of them empty."""
        return AsyncText(self, choice_index)

    async def until_done(self) -> Self:
        """Read to the end."""
        async for _ in self:
            pass
        return self

    async def get_final_completion(self) -> ParsedChatCompletion[T]:
        """Read to the end and return what all chunks add up to, those taken before included.

        Raises:
            StructuredOutputError: with a type as `response_format`, or types or functions as `tools`: what
                `parse` raises for an answer that is cut, declined or does not fit.
        """
        # Imported here: a loop over text does without.
        with LOADING:
            from egp.structured.parsed import ParsedChatCompletion

        await self.until_done()
        completion = await self.raw.get_final_completion()
        if self._reader is None or not self._reader.is_typed:
            return ParsedChatCompletion[T].of(completion)
        return self._reader.read(completion)

    async def close(self) -> None:
        """Free the connection. More than once is harmless."""
        self._has_ended = True
        self._waiting.clear()
        if self._stream is not None:
            await self._stream.close()

    async def __aenter__(self) -> Self:
        await self._opened()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class AsyncText:
    """The pieces of the text of one choice. Not a generator, which an event loop would have to close."""

    __slots__ = ("_choice_index", "_stream")

    def __init__(self, stream: AsyncChatCompletionStream[Any], choice_index: int) -> None:
        self._stream = stream
        self._choice_index = choice_index

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        while True:
            event = await anext(self._stream)
            if event.type == "content.delta" and event.choice_index == self._choice_index and event.delta:
                return event.delta
