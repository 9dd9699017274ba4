"""Chunks to events, without any I/O."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from egp_api.types import UNSET

from egp._core.accumulate import CallPlace, find_call
from egp._core.chat_events import (
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

if TYPE_CHECKING:
    from collections.abc import Callable

    from egp_api.models import ChatCompletionChunk, ChatCompletionChunkChoice, ChoiceLogprobs, ToolCallDelta

    from egp._core.accumulate import CompletionAccumulator
    from egp._core.chat_events import ChatCompletionStreamEvent, Reader

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

    __slots__ = ("_accumulator", "_arguments_reader", "_choices", "_content_reader", "_models")

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
        self._models = _Models()

    def events_of(self, chunk: ChatCompletionChunk) -> list[ChatCompletionStreamEvent[T]]:
        """Return the events of the next chunk: the chunk itself, then deltas, then what they complete."""
        choices: Any = chunk.choices
        if choices.__class__ is not list:
            choices = ()
        index = (
            choices[0].index if len(choices) == 1 and choices[0].__class__ is self._models.choice else None
        )
        events: list[ChatCompletionStreamEvent[T]] = [ChunkEvent(chunk, index, self._accumulator)]
        for choice in choices:
            # What cannot be read as a choice stays as it came.
            if choice.__class__ is self._models.choice:
                self._add(choice, events)
        return events

    def finish(self) -> list[ChatCompletionStreamEvent[T]]:
        """Return the events of a stream that has come to its end: what is not done yet is."""
        events: list[ChatCompletionStreamEvent[T]] = []
        for _, choice in sorted(self._choices.items()):
            choice.finish(None, events)
        return events

    def _add(self, piece: ChatCompletionChunkChoice, events: list[ChatCompletionStreamEvent[T]]) -> None:
        index = piece.index if piece.index.__class__ is int else 0
        choice = self._choices.get(index)
        if choice is None:
            choice = self._choices[index] = _Choice(index, self._content_reader, self._arguments_reader)
        delta = piece.delta
        if delta.__class__ is self._models.delta:
            content: Any = delta.content
            if content.__class__ is str:
                text = choice.content
                events.append(ContentDeltaEvent(index, content, text, text.write(content)))
            refusal: Any = delta.refusal
            if refusal.__class__ is str:
                events.append(
                    RefusalDeltaEvent(index, refusal, choice.refusal, choice.refusal.write(refusal))
                )
            calls: Any = delta.tool_calls
            if calls.__class__ is list:
                for call in calls:
                    if call.__class__ is self._models.call and not choice.go_on(call, self._models, events):
                        choice.add_call(call, self._models, events)
        logprobs: Any = piece.logprobs
        if logprobs.__class__ is self._models.logprobs:
            choice.add_logprobs(logprobs, events)
        if choice.turned is not None:
            choice.end_turned(events)
        reason: Any = piece.finish_reason
        if reason:
            choice.finish(reason, events)


class _Models:
    """The classes of what chunks hold. Loaded with the first stream, not with this module."""

    __slots__ = ("call", "choice", "delta", "function", "logprobs")

    def __init__(self) -> None:
        from egp_api.models import (
            ChatCompletionChunkChoice,
            ChatCompletionDelta,
            ChoiceLogprobs,
            FunctionCallDelta,
            ToolCallDelta,
        )

        self.choice = ChatCompletionChunkChoice
        self.delta = ChatCompletionDelta
        self.call = ToolCallDelta
        self.function = FunctionCallDelta
        self.logprobs = ChoiceLogprobs


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
        "turned",
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
        self.turned: list[_Call] | None = None
        """Calls from which this chunk turned to another."""
        self._logprobs_content: list[Any] = []
        self._logprobs_refusal: list[Any] = []
        self._logprobs_open: set[str] = set()

    def go_on(self, piece: ToolCallDelta, models: _Models, events: list[Any]) -> bool:
        """Take a piece that has nothing but more arguments of the call at hand, as nearly all do."""
        call, function = self._current, piece.function
        if call is None or call.index != piece.index or piece.id or function.__class__ is not models.function:
            return False
        writing: Any = call.writing
        more: Any = function
        arguments = more.arguments
        if writing is None or more.name or arguments.__class__ is not str:
            return False
        end = writing.write(arguments)
        events.append(
            FunctionToolCallArgumentsDeltaEvent(
                self._index, writing.index, writing.name, arguments, writing, end
            )
        )
        return True

    def add_call(self, piece: ToolCallDelta, models: _Models, events: list[Any]) -> None:
        function: Any = piece.function
        is_function = function.__class__ is models.function
        name: Any = function.name if is_function else _custom_name(piece)
        # A server that numbers no calls leaves the index out.
        index: Any = piece.index
        if index is UNSET:
            index = None
        call = find_call(self._calls, index, piece.id, has_name=bool(name))
        if call is None:
            call = _Call()
            self._calls.append(call)
        call.note(index, piece.id)
        if call is not self._current:
            if self._current is not None:
                self.turned = [*(self.turned or ()), self._current]
            self._current = call
        if not is_function:
            return
        writing = call.writing
        if writing is None:
            writing = call.writing = FunctionCallWriting(self._number_of(call))
        if name.__class__ is str and name and name != writing.name:
            writing.name += name
            if self._arguments_reader is not None:
                writing.reader = self._arguments_reader(writing.name)
        arguments: Any = function.arguments
        if arguments.__class__ is not str:
            arguments = ""
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

    def add_logprobs(self, logprobs: ChoiceLogprobs, events: list[Any]) -> None:
        if logprobs.content:
            everything = self._logprobs_content
            everything.extend(logprobs.content)
            self._logprobs_open.add("content")
            events.append(
                LogprobsContentDeltaEvent(self._index, logprobs.content, everything, len(everything))
            )
        if logprobs.refusal:
            everything = self._logprobs_refusal
            everything.extend(logprobs.refusal)
            self._logprobs_open.add("refusal")
            events.append(
                LogprobsRefusalDeltaEvent(self._index, logprobs.refusal, everything, len(everything))
            )

    def end_turned(self, events: list[Any]) -> None:
        """Take those calls for done that the stream has turned away from, if they are complete."""
        for call in self.turned or ():
            if call.is_complete():
                self._end_call(call, events)
        self.turned = None

    def finish(self, reason: object, events: list[Any]) -> None:
        """Take all for done; `reason` is None at the end of the stream."""
        is_cut = self._is_cut = self._is_cut or reason in _CUT
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


def _custom_name(piece: ToolCallDelta) -> object:
    custom: Any = piece.additional_properties.get("custom")
    return custom.get("name") if custom.__class__ is dict else None


def _is_json_object(text: str) -> bool:
    if not text.rstrip().endswith("}"):
        return False
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
