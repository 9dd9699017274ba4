"""Answers with the values that were read of them: what `chat.completions.parse` returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from egp_api.models import (
    ChatCompletion,
    ChatCompletionChoice,
    ChatCompletionMessage,
    CompletionUsage,
    CustomToolCall,
    FunctionCall,
    FunctionToolCall,
)

from egp._core.json_types import is_array, is_object
from egp._core.token_counts import add_usage

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

# Fields below have narrower types than where they are inherited from, which is sound because only `from_dict`
# makes these objects, and reads what is no message or function as one that says nothing. What is no field of
# the JSON has a name with an underscore: it is kept by copies and pickles, and left out of `to_dict()`.


class ParsedFunction(FunctionCall):
    """A function that the model calls, and its arguments as values."""

    # Which tool it is, and so the type, is known only when the answer is read.
    _parsed_arguments: Any = None

    @property
    def parsed_arguments(self) -> Any:
        """The arguments: a value of the type that stands in `tools`, or by name for a function; else JSON."""
        return self._parsed_arguments

    @parsed_arguments.setter
    def parsed_arguments(self, value: Any) -> None:
        self._parsed_arguments = value


class ParsedFunctionToolCall(FunctionToolCall):
    """A call of a function tool."""

    function: ParsedFunction  # pyright: ignore[reportIncompatibleVariableOverride]
    """The function, and its arguments."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent."""
        self = super().from_dict(src_dict)
        function = src_dict.get("function")
        self.function = ParsedFunction.from_dict(function if is_object(function) else {})
        return self


class ParsedMessage(ChatCompletionMessage, Generic[T]):
    """A message of the model, and the value that its text stands for."""

    tool_calls: list[ParsedFunctionToolCall | CustomToolCall] | None  # type: ignore[assignment]
    """The tool calls that the model makes."""
    _parsed: T | None = None

    @property
    def parsed(self) -> T | None:
        """The value; None where the model called tools instead."""
        return self._parsed

    @parsed.setter
    def parsed(self, value: T | None) -> None:
        self._parsed = value

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent."""
        self = super().from_dict(src_dict)
        if is_array(calls := src_dict.get("tool_calls")):
            # What kind of call each is, the contract's own reading has told.
            read: list[Any] = self.tool_calls or []
            self.tool_calls = [
                ParsedFunctionToolCall.from_dict(call) if isinstance(each, FunctionToolCall) else each
                for each, call in zip(read, calls, strict=True)
            ]
        return self


class ParsedChoice(ChatCompletionChoice, Generic[T]):
    """One of the answers."""

    message: ParsedMessage[T]  # pyright: ignore[reportIncompatibleVariableOverride]
    """The message."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent."""
        self = super().from_dict(src_dict)
        message = src_dict.get("message")
        self.message = ParsedMessage.from_dict(message if is_object(message) else {})
        return self


class ParsedChatCompletion(ChatCompletion, Generic[T]):
    """A whole answer, and the values that its texts stand for."""

    choices: list[ParsedChoice[T]]  # type: ignore[assignment]
    """The answers, as many as `n` asked for."""
    _earlier: tuple[ParsedChatCompletion[T], ...] = ()

    @property
    def parsed(self) -> T | None:
        """The value of the first choice; None where the model called tools instead."""
        return self.choices[0].message.parsed

    @property
    def earlier(self) -> tuple[ParsedChatCompletion[T], ...]:
        """The answers before this one that did not fit, where `max_reasks` let the model try again.

        `usage` is the sum of theirs and this one's.
        """
        return self._earlier

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent."""
        self = super().from_dict(src_dict)
        if is_array(choices := src_dict.get("choices")):
            self.choices = [ParsedChoice.from_dict(each) if is_object(each) else each for each in choices]
        return self

    @classmethod
    def of(cls, completion: ChatCompletion, earlier: tuple[ParsedChatCompletion[T], ...] = ()) -> Self:
        """Return a completion as one whose values are still to be read; it remembers its response.

        Args:
            completion: the answer.
            earlier: the answers before it that did not fit, in order.
        """
        self = cls.from_dict(completion.to_dict())
        self.response_info = completion.response_info
        if earlier:
            self._earlier = earlier
            # The usage of the last one before it is the sum of all before it.
            before, own = earlier[-1].usage, self.usage
            total = add_usage(before.to_dict() if before else None, own.to_dict() if own else None)
            if total is not None:
                self.usage = CompletionUsage.from_dict(total)
        return self
