"""Chunks to the events of a streamed chat completion, without any I/O."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from egp._core.accumulate import CallPlace, find_call, has_name
from egp._core.json_types import is_array
from egp._core.stream_events import (
    ChunkEvent,
    ContentDeltaEvent,
    ContentDoneEvent,
    FunctionCallWriting,
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
    LogprobsContentDeltaEvent,
    LogprobsContentDoneEvent,
    LogprobsRefusalDeltaEvent,
    LogprobsRefusalDoneEvent,
    RefusalDeltaEvent,
    RefusalDoneEvent,
    Writing,
)
from egp._core.tool_calls import arguments_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from egp_api.models import ChatCompletionChunk

    from egp._core.accumulate import CompletionAccumulator
    from egp._core.stream_events import ChatCompletionStreamEvent, Reader

__all__ = ["StreamEvents"]

T = TypeVar("T")

# The reasons after which the last call may be cut: it is done only if its JSON is.
_CUT = frozenset({"length", "content_filter"})


class StreamEvents(Generic[T]):
    """Make events of chunks, whatever the order in which choices, calls and fields take turns.

    A delta gives its event at once. A field is done when its choice has a `finish_reason`, or when the
    stream ends; the arguments of a call also when another call goes on and they are a complete JSON object.
    A field that goes on after it was done is done once more, with all of its text.

    Texts are joined and JSON is read when somebody looks, so that the cost of a chunk does not grow with
    the answer.

    Args:
        accumulator: what the chunks add up to; the caller adds each chunk to it before `events_of`.
        content_reader: how to read the text of a choice.
        arguments_reader: gives, by the name of a function, how to read its arguments.
    """

    __slots__ = ("_accumulator", "_arguments_reader", "_choices", "_content_reader")

    def __init__(
        self,
        accumulator: CompletionAccumulator,
        *,
        content_reader: Reader[T] | None = None,
        arguments_reader: Callable[[str], Reader[object] | None] | None = None,
    ) -> None:
        self._accumulator = accumulator
        self._content_reader = content_reader
        self._arguments_reader = arguments_reader
        self._choices: dict[int, _Choice[T]] = {}

    def events_of(self, chunk: ChatCompletionChunk) -> list[ChatCompletionStreamEvent[T]]:
        """Return the events of the next chunk: the chunk itself, then deltas, then what they complete."""
        accumulator = self._accumulator
        events: list[Any] = [ChunkEvent(chunk, accumulator)]
        choices: Any = accumulator.latest.get("choices")
        if choices.__class__ is not list:
            return events
        # The JSON of the chunk is read, not the model: a loop over a stream waits for this.
        for place, piece in enumerate(choices):
            if piece.__class__ is not dict:
                continue
            index: Any = piece.get("index")
            if index.__class__ is not int:
                index = 0
            choice = self._choices.get(index)
            if choice is None:
                choice = self._choices[index] = _Choice(index, self._content_reader, self._arguments_reader)
            delta: Any = piece.get("delta")
            if delta.__class__ is dict:
                content = delta.get("content")
                if content.__class__ is str:
                    text = choice.content
                    events.append(ContentDeltaEvent(index, content, text, text.write(content)))
                if len(delta) > 1 or content is None:
                    choice.add_delta(delta, events)
            if piece.get("logprobs"):
                choice.add_logprobs(cast("Any", chunk.choices[place]).logprobs, events)
            if reason := piece.get("finish_reason"):
                choice.finish(reason, events)
        return events

    def finish(self) -> list[ChatCompletionStreamEvent[T]]:
        """Return the events of a stream that has come to its end: what is not done yet is."""
        events: list[ChatCompletionStreamEvent[T]] = []
        for _, choice in sorted(self._choices.items()):
            choice.finish(None, events)
        return events


class _Call(CallPlace):
    """A tool call, and its arguments where it calls a function."""

    __slots__ = ("was_checked", "writing")

    def __init__(self) -> None:
        super().__init__()
        self.writing: FunctionCallWriting | None = None
        self.was_checked = False

    def is_complete(self) -> bool:
        """Whether the arguments are a JSON object, to which nothing can be added. Looked at once a call."""
        if self.writing is None or self.was_checked:
            return False
        self.was_checked = True
        return _is_json_object(self.writing.text())


class _Choice(Generic[T]):
    """What has come of one choice."""

    __slots__ = (
        "_arguments_reader",
        "_calls",
        "_current",
        "_index",
        "_is_cut",
        "_logprobs_content",
        "_logprobs_open",
        "_logprobs_refusal",
        "content",
        "refusal",
    )

    def __init__(
        self,
        index: int,
        content_reader: Reader[T] | None,
        arguments_reader: Callable[[str], Reader[object] | None] | None,
    ) -> None:
        self._index = index
        self._arguments_reader = arguments_reader
        self.content: Writing[T] = Writing(content_reader)
        self.refusal: Writing[object] = Writing()
        self._is_cut = False
        self._calls: list[_Call] = []
        self._current: _Call | None = None
        self._logprobs_content: list[Any] = []
        self._logprobs_refusal: list[Any] = []
        self._logprobs_open: set[str] = set()

    def add_delta(self, delta: dict[str, Any], events: list[Any]) -> None:
        """Add what a delta has beside the text."""
        refusal: Any = delta.get("refusal")
        if refusal.__class__ is str:
            text = self.refusal
            events.append(RefusalDeltaEvent(self._index, refusal, text, text.write(refusal)))
        pieces: Any = delta.get("tool_calls")
        if pieces.__class__ is not list:
            return
        left: list[_Call] = []
        for piece in pieces:
            if piece.__class__ is dict:
                before, call = self._current, self._call_of(piece)
                if before is not None and before is not call:
                    left.append(before)
                self._add_arguments(call, piece.get("function"), events)
        for call in left:
            # The stream goes on with another call: this one is done, unless it is not complete.
            if call.is_complete():
                self._end_call(call, events)

    def _call_of(self, piece: dict[str, Any]) -> _Call:
        call, index, id_ = self._current, piece.get("index"), piece.get("id")
        if call is None or id_ or call.index != index:
            call = find_call(self._calls, index, id_, has_name=has_name(piece))
            if call is None:
                call = _Call()
                self._calls.append(call)
            call.note(index, id_)
            self._current = call
        return call

    def _add_arguments(self, call: _Call, function: Any, events: list[Any]) -> None:
        if function.__class__ is not dict:
            return
        writing = call.writing
        if writing is None:
            writing = call.writing = FunctionCallWriting(self._number_of(call))
        name = function.get("name")
        if name.__class__ is str and name and name != writing.name:
            writing.name += name
            if self._arguments_reader is not None:
                writing.reader = self._arguments_reader(writing.name)
        arguments = function.get("arguments")
        if arguments.__class__ is not str:
            arguments = arguments_text(arguments)
        end = writing.write(arguments)
        events.append(
            FunctionToolCallArgumentsDeltaEvent(
                self._index, writing.index, writing.name, arguments, writing, end
            )
        )

    def _number_of(self, call: _Call) -> int:
        """Return the index that the server gave to the call, or its place where that tells nothing."""
        taken = {other.writing.index for other in self._calls if other.writing is not None}
        if call.index.__class__ is int and call.index not in taken:
            return int(call.index)
        place = self._calls.index(call)
        return place if place not in taken else max(taken) + 1

    def add_logprobs(self, logprobs: Any, events: list[Any]) -> None:
        """Add those of a chunk; what cannot be read as such stays out."""
        for field, kept, event in (
            ("content", self._logprobs_content, LogprobsContentDeltaEvent),
            ("refusal", self._logprobs_refusal, LogprobsRefusalDeltaEvent),
        ):
            tokens: Any = getattr(logprobs, field, None)
            if is_array(tokens) and tokens:
                kept.extend(tokens)
                self._logprobs_open.add(field)
                events.append(event(self._index, tokens, kept, len(kept)))

    def finish(self, reason: object, events: list[Any]) -> None:
        """Take all for done; `reason` is None at the end of the stream."""
        is_cut = self._is_cut = self._is_cut or (isinstance(reason, str) and reason in _CUT)
        if self.content.is_open and self.content.length:
            events.append(ContentDoneEvent(self._index, self.content.text(), self.content))
        self.content.is_open = False
        if self.refusal.is_open:
            self.refusal.is_open = False
            events.append(RefusalDoneEvent(self._index, self.refusal.text()))
        if "content" in self._logprobs_open:
            events.append(LogprobsContentDoneEvent(self._index, [*self._logprobs_content]))
        if "refusal" in self._logprobs_open:
            events.append(LogprobsRefusalDoneEvent(self._index, [*self._logprobs_refusal]))
        self._logprobs_open.clear()
        for call in sorted(self._calls, key=lambda call: call.writing.index if call.writing else 0):
            writing = call.writing
            if writing is None or not writing.is_open:
                continue
            if not is_cut or _is_json_object(writing.text()):
                self._end_call(call, events)

    def _end_call(self, call: _Call, events: list[Any]) -> None:
        writing = call.writing
        if writing is not None and writing.is_open:
            writing.is_open = False
            events.append(
                FunctionToolCallArgumentsDoneEvent(
                    self._index, writing.index, writing.name, writing.text(), writing
                )
            )


def _is_json_object(text: str) -> bool:
    if not text.rstrip().endswith("}"):
        return False
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
