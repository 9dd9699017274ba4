"""Answers with the values that were read of them: what `chat.completions.parse` returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from attrs import define
from egp_api.models import (
    ChatCompletion,
    ChatCompletionChoice,
    ChatCompletionMessage,
    CustomToolCall,
    FunctionCall,
    FunctionToolCall,
)

from egp._core.codec import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ParsedChatCompletion",
    "ParsedChoice",
    "ParsedFunction",
    "ParsedFunctionToolCall",
    "ParsedMessage",
]

T = TypeVar("T")

# The fields below hold narrower types than those of the classes that they are inherited from. That is sound
# because `from_dict` is the only maker of them.


@define(eq=False, repr=False, kw_only=True)
class ParsedFunction(FunctionCall):
    """A function that the model calls, and its arguments as values."""

    # Which tool it is, and so the type, is known only when the answer is read.
    parsed_arguments: Any = None
    """The arguments: a value of the type that stands in `tools`, or by name for a function; else JSON."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent."""
        self = super().from_dict(src_dict)
        self.parsed_arguments = None
        return self


@define(eq=False, repr=False, kw_only=True)
class ParsedFunctionToolCall(FunctionToolCall):
    """A call of a function tool."""

    function: ParsedFunction  # pyright: ignore[reportIncompatibleVariableOverride]
    """The function, and its arguments."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent."""
        self = super().from_dict(src_dict)
        if is_object(function := src_dict.get("function")):
            self.function = ParsedFunction.from_dict(function)
        return self


@define(eq=False, repr=False, kw_only=True)
class ParsedMessage(ChatCompletionMessage, Generic[T]):
    """A message of the model, and the value that its text stands for."""

    parsed: T | None = None
    """The value; None where the model called tools instead. It is no part of `to_dict()`."""
    tool_calls: list[ParsedFunctionToolCall | CustomToolCall] | None = None  # type: ignore[assignment]
    """The tool calls that the model makes."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent."""
        self = super().from_dict(src_dict)
        self.parsed = None
        if is_array(calls := src_dict.get("tool_calls")):
            # What kind of call each is, the contract's own reading has told.
            read: list[Any] = self.tool_calls or []
            self.tool_calls = [
                ParsedFunctionToolCall.from_dict(call) if isinstance(each, FunctionToolCall) else each
                for each, call in zip(read, calls, strict=True)
            ]
        return self


@define(eq=False, repr=False, kw_only=True)
class ParsedChoice(ChatCompletionChoice, Generic[T]):
    """One of the answers."""

    message: ParsedMessage[T]  # pyright: ignore[reportIncompatibleVariableOverride]
    """The message."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent."""
        self = super().from_dict(src_dict)
        if is_object(message := src_dict.get("message")):
            self.message = ParsedMessage.from_dict(message)
        return self


@define(eq=False, repr=False, kw_only=True)
class ParsedChatCompletion(ChatCompletion, Generic[T]):
    """A whole answer, and the values that its texts stand for."""

    choices: list[ParsedChoice[T]]  # type: ignore[assignment]
    """The answers, as many as `n` asked for."""
    earlier: tuple[ParsedChatCompletion[T], ...] = ()
    """Answers before this one that did not fit, where `max_reasks` let the model try again. `usage` is the
    sum of theirs and this one's."""

    @property
    def parsed(self) -> T | None:
        """The value of the first choice; None where the model called tools instead."""
        return self.choices[0].message.parsed

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent."""
        self = super().from_dict(src_dict)
        self.earlier = ()
        if is_array(choices := src_dict.get("choices")):
            self.choices = [ParsedChoice.from_dict(each) if is_object(each) else each for each in choices]
        return self

    @classmethod
    def of(cls, completion: ChatCompletion) -> Self:
        """Return a completion as one whose values are still to be read; it remembers its response."""
        self = cls.from_dict(completion.to_dict())
        self.response_info = completion.response_info
        return self
