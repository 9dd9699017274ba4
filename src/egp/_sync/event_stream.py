# Made by scripts/unasync from src/egp/_async/event_stream.py: edit that file, then run the script.
"""The events of a streamed chat completion: `client.chat.completions.stream(…)`."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from egp._core.stream_events import StreamEvents
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from egp_api.models import ChatCompletion, ChatCompletionChunk

    from egp._core.accumulate import CompletionAccumulator
    from egp._core.chat_events import ChatCompletionStreamEvent, Reader
    from egp._sync.chat import Completions
    from egp._sync.stream import Stream

__all__ = ["ChatCompletionStream", "Text"]

T = TypeVar("T")


class ChatCompletionStream(Generic[T]):
    """The events of an answer while it is being made: deltas, and what they complete.

    Use it in a `with` block, and iterate over it, over `text()`, or over one after the other: each goes on
    where the last one stopped. The request is sent when the block is entered, or with the first event.

    Raises while it is read what `Stream` raises.
    """

    def __init__(
        self,
        open_stream: Callable[[], Stream[ChatCompletionChunk]],
        *,
        content_reader: Reader[T] | None = None,
        arguments_reader: Callable[[str], Reader[object] | None] | None = None,
        finished: Callable[[ChatCompletion], ChatCompletion] | None = None,
    ) -> None:
        self._open_stream = open_stream
        self._content_reader = content_reader
        self._arguments_reader = arguments_reader
        self._finished = finished
        self._stream: Stream[ChatCompletionChunk] | None = None
        self._events: StreamEvents[T] | None = None
        self._waiting: deque[ChatCompletionStreamEvent[T]] = deque()
        self._has_ended = False

    @property
    def raw(self) -> Stream[ChatCompletionChunk]:
        """The stream of the chunks, with status, headers and request id of the response."""
        if self._stream is None:
            raise EGPError("the stream is not open: enter its `with` block, or take an event")
        return self._stream

    @property
    def snapshot(self) -> ChatCompletion:
        """The completion so far, made anew each time."""
        return self._accumulator().completion()

    @property
    def current_completion_snapshot(self) -> ChatCompletion:
        """The same as `snapshot`, by the name that programs written for openai use."""
        return self.snapshot

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> ChatCompletionStreamEvent[T]:
        while not self._waiting:
            if self._has_ended:
                raise StopIteration
            self._take()
        return self._waiting.popleft()

    def _take(self) -> None:
        stream = self._opened()
        try:
            chunk = next(stream)
        except StopIteration:
            self._has_ended = True
            if self._events is not None:
                self._waiting.extend(self._events.finish())
            return
        if self._events is None:
            # Made with the first chunk: an attempt before it may have failed and left another accumulator.
            self._events = StreamEvents(
                self._accumulator(),
                content_reader=self._content_reader,
                arguments_reader=self._arguments_reader,
            )
        self._waiting.extend(self._events.events_of(chunk))

    def _accumulator(self) -> CompletionAccumulator:
        return self.raw.accumulator

    def _opened(self) -> Stream[ChatCompletionChunk]:
        if self._stream is None:
            self._stream = self._open_stream()
        return self._stream

    def text(self, choice_index: int = 0) -> Text:
        """Iterate over the pieces of the text of one choice, none of them empty."""
        return Text(self, choice_index)

    def until_done(self) -> Self:
        """Read to the end."""
        for _ in self:
            pass
        return self

    def get_final_completion(self) -> ChatCompletion:
        """Read to the end and return what all chunks add up to, those taken before included."""
        self.until_done()
        completion = self.raw.get_final_completion()
        return completion if self._finished is None else self._finished(completion)

    def close(self) -> None:
        """Free the connection. More than once is harmless."""
        self._has_ended = True
        self._waiting.clear()
        if self._stream is not None:
            self._stream.close()

    def __enter__(self) -> Self:
        self._opened()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def chat_stream(completions: Completions, keywords: dict[str, Any]) -> ChatCompletionStream[Any]:
    """Return the events of a call of `create`; types and functions among the keywords are read as such."""
    response_format, tools = keywords.pop("response_format", None), keywords.pop("tools", None)
    strict = keywords.pop("strict", "auto")
    if response_format is None and tools is None:
        return ChatCompletionStream(lambda: completions.create(stream=True, **keywords))
    # Imported here: streams of text alone do without.
    from egp.structured.output import output_fields
    from egp.structured.plain_json import PlainJSON

    reader, fields = output_fields(response_format, tools, strict)
    readers = (reader.content, *reader.arguments.values())
    is_typed = any(each is not None and not isinstance(each, PlainJSON) for each in readers)
    return ChatCompletionStream(
        lambda: completions.create(stream=True, **keywords, **fields),
        content_reader=reader.content,
        arguments_reader=reader.arguments.get,
        finished=reader.read if is_typed else None,
    )


class Text:
    """The pieces of the text of one choice. Not a generator, which an event loop would have to close."""

    __slots__ = ("_choice_index", "_stream")

    def __init__(self, stream: ChatCompletionStream[Any], choice_index: int) -> None:
        self._stream = stream
        self._choice_index = choice_index

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        while True:
            event = next(self._stream)
            if event.type == "content.delta" and event.choice_index == self._choice_index and event.delta:
                return event.delta
