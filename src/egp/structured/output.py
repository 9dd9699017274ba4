"""What a call of `parse` or `stream` asks for beside text, and how its answers are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from attrs import frozen
from egp_api.types import JSONObject

from egp._core.body import items_of
from egp._core.json_types import is_object
from egp._core.tool_calls import arguments_text, calls_of
from egp._loading import LOADING
from egp.errors import (
    ContentFilterFinishReasonError,
    EmptyOutputError,
    InvalidJSONError,
    LengthFinishReasonError,
    OutputValidationError,
    RefusalError,
    StructuredOutputError,
)
from egp.structured.function_tool import FunctionTool
from egp.structured.parsed import ParsedChatCompletion, ParsedFunctionToolCall
from egp.structured.plain_json import PlainJSON
from egp.structured.schema import Schema, schema_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from egp_api.models import ChatCompletion

    from egp._core.stream_events import Reader
    from egp.structured.parsed import ParsedChoice
    from egp.structured.schema import Strict

__all__ = ["OutputReader", "output_fields", "reask_messages"]

T = TypeVar("T")

_FORMATS_OF_TEXT = frozenset((None, "text"))
_READABLE_AGAIN = (InvalidJSONError, OutputValidationError, EmptyOutputError)
_WORDS_OF_A_REFUSAL = 500


@frozen
class OutputReader(Generic[T]):
    """Reads the answers to one call: the text of each choice, and the arguments of each tool call."""

    content: Reader[T] | None
    """Reads the text; None where text is text."""
    arguments: Mapping[str, Reader[object]]
    """Reads the arguments, by the name of the function."""

    @property
    def is_typed(self) -> bool:
        """Whether a type stands behind the text or any tool, and not JSON alone."""
        readers = (self.content, *self.arguments.values())
        return any(each is not None and not isinstance(each, PlainJSON) for each in readers)

    def read(
        self, completion: ChatCompletion, earlier: tuple[ParsedChatCompletion[T], ...] = ()
    ) -> ParsedChatCompletion[T]:
        """Return the completion with its values.

        Args:
            completion: the answer.
            earlier: the answers before it that did not fit, whose usage is added to its own.

        Raises:
            StructuredOutputError: an answer cannot be read. The values of the other choices are on the
                error's completion.
        """
        parsed = ParsedChatCompletion[T].of(completion, earlier)
        first: StructuredOutputError | None = None
        for choice in parsed.choices:
            try:
                self._read_choice(choice)
            except StructuredOutputError as error:
                error.choice = choice.index
                error.completion, error.usage = parsed, parsed.usage
                first = first or error
        if first is not None:
            raise first
        return parsed

    def _read_choice(self, choice: ParsedChoice[T]) -> None:
        message = choice.message
        # What is not text is no content that could be read.
        content: object = message.content
        text = content if isinstance(content, str) else ""
        if choice.finish_reason == "content_filter":
            message_ = "a content filter of the service cut the answer (finish_reason is content_filter)"
            raise ContentFilterFinishReasonError(message_, content=text)
        if choice.finish_reason == "length":
            message_ = "the answer was cut at the limit of its length (finish_reason is length)"
            raise LengthFinishReasonError(message_, content=text)
        calls = [call for call in message.tool_calls or () if isinstance(call, ParsedFunctionToolCall)]
        for call in calls:
            self._read_arguments(call)
        if self.content is None:
            return
        if message.refusal:
            words = str(message.refusal)[:_WORDS_OF_A_REFUSAL]
            raise RefusalError(f"the model declined: {words}", content=text)
        if message.tool_calls:
            # Text beside calls is talk, unless it happens to be a value.
            try:
                message.parsed = self.content.decode(text)
            except StructuredOutputError:
                message.parsed = None
            return
        if not text.strip():
            raise EmptyOutputError("the model wrote nothing", content=text)
        message.parsed = self.content.decode(text)

    def _read_arguments(self, call: ParsedFunctionToolCall) -> None:
        name, text = call.function.name, arguments_text(call.function.arguments)
        reader = self.arguments.get(str(name))
        if reader is None:
            return
        try:
            call.function.parsed_arguments = reader.decode(text)
        except StructuredOutputError as error:
            message = f"the arguments of {name} cannot be read: {error.message}"
            raise type(error)(message, content=text, path=error.path) from error


def output_fields(
    response_format: Any, tools: Iterable[Any] | None, strict: Strict, model: str | None = None
) -> tuple[OutputReader[Any], dict[str, Any]]:
    """Return the reader of a call's answers, and the fields `response_format` and `tools` of its request.

    Args:
        response_format: a type, or what `create` takes, or None.
        tools: types, functions, tools of `egp.tool`, and what `create` takes, mixed; or None.
        strict: see `Strict`; for the types and functions among them.
        model: the model that will be asked.

    Raises:
        EGPError: a type has no schema.
    """
    fields: dict[str, Any] = {}
    content: Reader[Any] | None = None
    if response_format is not None:
        given = _as_json(response_format)
        if given is not None:
            content = None if given.get("type") in _FORMATS_OF_TEXT else PlainJSON()
            fields["response_format"] = response_format
        else:
            schema: Schema[Any] = schema_of(response_format, strict=strict, model=model)
            content = schema
            fields["response_format"] = schema.response_format()
    arguments: dict[str, Reader[object]] = {}
    if tools is not None:
        fields["tools"] = [
            _tool(tool, strict, model, arguments) for tool in items_of("tools", tools, "tools")
        ]
    return OutputReader(content, arguments), fields


def _tool(tool: Any, strict: Strict, model: str | None, arguments: dict[str, Reader[object]]) -> Any:
    """Return a tool as the request has it, and add the reader of its arguments."""
    with LOADING:
        from egp.tools import Tool

    if isinstance(tool, FunctionTool):
        arguments[tool.schema.name] = tool.schema
        return tool
    if not isinstance(tool, (type, Tool)) and _is_function(tool):
        tool = Tool(tool, strict=strict)
    if isinstance(tool, Tool):
        made = cast("Tool[..., Any]", tool)
        arguments[made.name] = made
        return made
    given = _as_json(tool)
    if given is not None:
        function = given.get("function")
        if is_object(function) and isinstance(function.get("name"), str):
            arguments[function["name"]] = PlainJSON(is_lenient=True)
        return tool
    schema: Schema[object] = schema_of(tool, strict=strict, model=model)
    arguments[schema.name] = schema
    return schema.function_tool()


def _is_function(tool: Any) -> bool:
    # Types such as list[int] can be called, too.
    return callable(tool) and not hasattr(tool, "__origin__")


def _as_json(value: object) -> Mapping[str, Any] | None:
    if isinstance(value, JSONObject):
        return value.to_dict()
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else None


def reask_messages(error: StructuredOutputError) -> list[dict[str, Any]] | None:
    """Return the messages that show the model its error: its own answer, and what is wrong with it.

    None where asking again would not help: the model declined, or the answer was cut.
    """
    if not isinstance(error, _READABLE_AGAIN):
        return None
    completion: ParsedChatCompletion[Any] = error.completion
    answer = next(choice.message for choice in completion.choices if choice.index == error.choice)
    told = f"Your answer cannot be used: {error.message}."
    message, calls = calls_of(answer.to_dict(), len(completion.earlier) + 1)
    if calls:
        return [message, *(call.as_message(told) for call in calls)]
    asked = {
        "role": "user",
        "content": f"{told} Answer again, with JSON that fits the schema and nothing else.",
    }
    return [asked] if isinstance(error, EmptyOutputError) else [message, asked]
