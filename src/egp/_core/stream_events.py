"""Events of a streamed chat completion: the values that `chat.completions.stream()` yields."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, Protocol, TypeVar

from attrs import define

from egp._core.accumulate import whole_characters
from egp._core.json_types import is_array

if TYPE_CHECKING:
    from egp_api.models import ChatCompletion, ChatCompletionChunk, TokenLogprob

    from egp._core.accumulate import CompletionAccumulator

__all__ = [
    "ChatCompletionStreamEvent",
    "ChunkEvent",
    "ContentDeltaEvent",
    "ContentDoneEvent",
    "FunctionToolCallArgumentsDeltaEvent",
    "FunctionToolCallArgumentsDoneEvent",
    "LogprobsContentDeltaEvent",
    "LogprobsContentDoneEvent",
    "LogprobsRefusalDeltaEvent",
    "LogprobsRefusalDoneEvent",
    "RefusalDeltaEvent",
    "RefusalDoneEvent",
]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Reader(Protocol[T_co]):
    """Reads the text of an answer, or the arguments of a tool call, as a value."""

    def decode(self, text: str) -> T_co:
        """Return the value of a whole text."""
        ...

    def read_partial(self, text: str) -> object:
        """Return what can be told of the value from the begin of its text; None while nothing can."""
        ...


class Writing(Generic[T]):
    """A text that grows, and how to read it."""

    __slots__ = ("buffer", "is_open", "length", "reader")

    def __init__(self, reader: Reader[T] | None = None) -> None:
        self.buffer = StringIO()
        self.length = 0
        self.is_open = False
        self.reader = reader

    def write(self, piece: str) -> int:
        """Add a piece; return the length of the text in characters."""
        self.buffer.write(piece)
        self.is_open = True
        self.length = length = self.length + len(piece)
        return length

    def text(self, end: int | None = None) -> str:
        """Return the first `end` characters as they were written, all by default."""
        text = self.buffer.getvalue()
        return whole_characters(text if end is None or end == self.length else text[:end])

    def parsed(self) -> T | None:
        """Return the value of the text; None without a reader."""
        return None if self.reader is None else self.reader.decode(self.text())

    def parsed_partially(self, end: int) -> object:
        """Return what the first `end` characters tell of the value; None without a reader."""
        return None if self.reader is None else self.reader.read_partial(self.text(end))


class FunctionCallWriting(Writing[object]):
    """The arguments of a function call while they are written."""

    __slots__ = ("index", "name")

    def __init__(self, index: int) -> None:
        super().__init__()
        self.index = index
        self.name = ""


@define(eq=False, repr=False)
class ChunkEvent:
    """A chunk, as it came. Each chunk gives one, before the events that are made of it."""

    type: ClassVar[Literal["chunk"]] = "chunk"
    chunk: ChatCompletionChunk
    """The chunk."""
    _accumulator: CompletionAccumulator

    @property
    def choice_index(self) -> int | None:
        """The choice that the chunk adds to; None where it adds to none, or to several."""
        choices: Any = self.chunk.choices
        index: Any = getattr(choices[0], "index", None) if is_array(choices) and len(choices) == 1 else None
        return index if isinstance(index, int) else None

    @property
    def snapshot(self) -> ChatCompletion:
        """The completion so far, made anew each time: up to this chunk until the next one is taken."""
        return self._accumulator.completion()

    def __repr__(self) -> str:
        return f"ChunkEvent(choice_index={self.choice_index}, chunk={self.chunk!r})"


@define(eq=False, repr=False)
class ContentDeltaEvent:
    """A piece of the text."""

    type: ClassVar[Literal["content.delta"]] = "content.delta"
    choice_index: int
    """The choice whose text it is."""
    delta: str
    """The piece; may be empty."""
    _text: Writing[Any]  # its type does not matter: what is read of a part has none
    _end: int

    @property
    def snapshot(self) -> str:
        """The text up to this piece. Put together when looked at: costs as much as the text is long."""
        return self._text.text(self._end)

    @property
    def parsed(self) -> object:
        """What the text so far tells of a typed `response_format`, as plain JSON values; None without one.

        Read when looked at. Strings may still grow; a number is there once it is complete.
        """
        return self._text.parsed_partially(self._end)

    def __repr__(self) -> str:
        return f"ContentDeltaEvent(choice_index={self.choice_index}, delta={self.delta!r})"


@define(eq=False, repr=False)
class ContentDoneEvent(Generic[T]):
    """The text of a choice is complete."""

    type: ClassVar[Literal["content.done"]] = "content.done"
    choice_index: int
    """The choice whose text it is."""
    content: str
    """The whole text."""
    _text: Writing[T]

    @property
    def parsed(self) -> T | None:
        """The text as the type given as `response_format`; None where none was given.

        Raises when looked at what `chat.completions.parse` raises for a text that does not fit.
        """
        return self._text.parsed()

    def __repr__(self) -> str:
        return f"ContentDoneEvent(choice_index={self.choice_index}, content={self.content!r})"


@define(eq=False, repr=False)
class RefusalDeltaEvent:
    """A piece of the words in which the model declines."""

    type: ClassVar[Literal["refusal.delta"]] = "refusal.delta"
    choice_index: int
    """The choice that is declined."""
    delta: str
    """The piece."""
    _text: Writing[object]
    _end: int

    @property
    def snapshot(self) -> str:
        """The words up to this piece, put together when looked at."""
        return self._text.text(self._end)

    def __repr__(self) -> str:
        return f"RefusalDeltaEvent(choice_index={self.choice_index}, delta={self.delta!r})"


@define(eq=False)
class RefusalDoneEvent:
    """The words in which the model declines are complete."""

    type: ClassVar[Literal["refusal.done"]] = "refusal.done"
    choice_index: int
    """The choice that is declined."""
    refusal: str
    """All the words."""


@define(eq=False, repr=False)
class FunctionToolCallArgumentsDeltaEvent:
    """A piece of the arguments of a function call; the first one often has the name alone."""

    type: ClassVar[Literal["tool_calls.function.arguments.delta"]] = "tool_calls.function.arguments.delta"
    choice_index: int
    """The choice that makes the call."""
    index: int
    """The call, among those of its choice."""
    name: str
    """The name of the function; empty until it has come."""
    arguments_delta: str
    """The piece; may be empty."""
    _call: FunctionCallWriting
    _end: int

    @property
    def arguments(self) -> str:
        """The arguments up to this piece, put together when looked at."""
        return self._call.text(self._end)

    @property
    def parsed_arguments(self) -> object:
        """What the arguments so far tell, as plain JSON values. Read when looked at."""
        return self._call.parsed_partially(self._end)

    def __repr__(self) -> str:
        return (
            f"FunctionToolCallArgumentsDeltaEvent(choice_index={self.choice_index}, index={self.index}, "
            f"name={self.name!r}, arguments_delta={self.arguments_delta!r})"
        )


@define(eq=False, repr=False)
class FunctionToolCallArgumentsDoneEvent:
    """The arguments of a function call are complete."""

    type: ClassVar[Literal["tool_calls.function.arguments.done"]] = "tool_calls.function.arguments.done"
    choice_index: int
    """The choice that makes the call."""
    index: int
    """The call, among those of its choice."""
    name: str
    """The name of the function."""
    arguments: str
    """The arguments as JSON; empty where the model wrote none."""
    _call: FunctionCallWriting

    @property
    def parsed_arguments(self) -> object:
        """The arguments as the tool takes them. Read when looked at, which raises where they do not fit."""
        return self._call.parsed()

    def __repr__(self) -> str:
        return (
            f"FunctionToolCallArgumentsDoneEvent(choice_index={self.choice_index}, index={self.index}, "
            f"name={self.name!r}, arguments={self.arguments!r})"
        )


@define(eq=False, repr=False)
class LogprobsContentDeltaEvent:
    """Log probabilities of tokens of the text."""

    type: ClassVar[Literal["logprobs.content.delta"]] = "logprobs.content.delta"
    choice_index: int
    """The choice whose tokens they are."""
    content: list[TokenLogprob]
    """Those of this chunk."""
    _all: list[TokenLogprob]
    _end: int

    @property
    def snapshot(self) -> list[TokenLogprob]:
        """All up to this chunk, copied when looked at."""
        return self._all[: self._end]

    def __repr__(self) -> str:
        return f"LogprobsContentDeltaEvent(choice_index={self.choice_index}, content={self.content!r})"


@define(eq=False)
class LogprobsContentDoneEvent:
    """The log probabilities of the text are complete."""

    type: ClassVar[Literal["logprobs.content.done"]] = "logprobs.content.done"
    choice_index: int
    """The choice whose tokens they are."""
    content: list[TokenLogprob]
    """All of them."""


@define(eq=False, repr=False)
class LogprobsRefusalDeltaEvent:
    """Log probabilities of tokens of a refusal."""

    type: ClassVar[Literal["logprobs.refusal.delta"]] = "logprobs.refusal.delta"
    choice_index: int
    """The choice that is declined."""
    refusal: list[TokenLogprob]
    """Those of this chunk."""
    _all: list[TokenLogprob]
    _end: int

    @property
    def snapshot(self) -> list[TokenLogprob]:
        """All up to this chunk, copied when looked at."""
        return self._all[: self._end]

    def __repr__(self) -> str:
        return f"LogprobsRefusalDeltaEvent(choice_index={self.choice_index}, refusal={self.refusal!r})"


@define(eq=False)
class LogprobsRefusalDoneEvent:
    """The log probabilities of a refusal are complete."""

    type: ClassVar[Literal["logprobs.refusal.done"]] = "logprobs.refusal.done"
    choice_index: int
    """The choice that is declined."""
    refusal: list[TokenLogprob]
    """All of them."""


ChatCompletionStreamEvent = (
    ChunkEvent
    | ContentDeltaEvent
    | ContentDoneEvent[T]
    | RefusalDeltaEvent
    | RefusalDoneEvent
    | FunctionToolCallArgumentsDeltaEvent
    | FunctionToolCallArgumentsDoneEvent
    | LogprobsContentDeltaEvent
    | LogprobsContentDoneEvent
    | LogprobsRefusalDeltaEvent
    | LogprobsRefusalDoneEvent
)
"""Any event of a stream; told apart by `type`. `T` is the type given as `response_format`."""
