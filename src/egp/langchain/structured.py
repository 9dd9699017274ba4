"""Answers in a form: what to ask for, and what to make of the answer."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, cast

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.output_parsers import BaseLLMOutputParser, JsonOutputParser, PydanticOutputParser
from langchain_core.output_parsers.openai_tools import JsonOutputKeyToolsParser, PydanticToolsParser
from langchain_core.outputs import ChatGeneration
from langchain_core.runnables import Runnable, RunnableGenerator, RunnableMap, RunnablePassthrough
from langchain_core.utils.function_calling import convert_to_openai_function, convert_to_openai_tool
from langchain_core.utils.pydantic import is_basemodel_subclass

from egp.errors import (
    ContentFilterFinishReasonError,
    EmptyOutputError,
    InvalidJSONError,
    LengthFinishReasonError,
    RefusalError,
    StructuredOutputError,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from langchain_core.language_models import LanguageModelInput

__all__ = ["parsed", "response_format", "tool_name"]

Model = Runnable[Any, Any]


def response_format(schema: Any, *, strict: bool | None) -> dict[str, Any]:
    """Return the response format of a pydantic model, a TypedDict, or a schema as a dict."""
    if isinstance(schema, dict):
        given = cast("dict[str, Any]", schema)
        if given.get("type") == "json_schema":
            return given
        if "schema" in given and "name" in given:
            return {"type": "json_schema", "json_schema": given}
    function = convert_to_openai_function(cast("type", schema), strict=strict)
    named = {name: function[name] for name in ("name", "description", "strict") if name in function}
    return {"type": "json_schema", "json_schema": {**named, "schema": function["parameters"]}}


def tool_name(schema: Any) -> str:
    """Return the name of the tool that a schema makes."""
    return str(convert_to_openai_tool(schema)["function"]["name"])


def parsed(
    model: Model, schema: Any, *, by_tool: bool, include_raw: bool
) -> Runnable[LanguageModelInput, Any]:
    """Return a model whose answers are read; with `include_raw` the message and an error are there, too."""
    is_class = isinstance(schema, type) and is_basemodel_subclass(schema)
    parser: BaseLLMOutputParser[Any]
    if by_tool:
        parser = (
            PydanticToolsParser(tools=[schema], first_tool_only=True)
            if is_class
            else JsonOutputKeyToolsParser(key_name=tool_name(schema), first_tool_only=True)
        )
    else:
        parser = PydanticOutputParser[Any](pydantic_object=schema) if is_class else JsonOutputParser()
    read = _check(parser, by_tool=by_tool) | cast("Model", parser)
    if not include_raw:
        return model | read
    with_value = RunnablePassthrough.assign(parsed=itemgetter("raw") | read, parsing_error=lambda _: None)
    without = RunnablePassthrough.assign(parsed=lambda _: None)
    return RunnableMap(raw=model) | with_value.with_fallbacks([without], exception_key="parsing_error")


def _check(parser: BaseLLMOutputParser[Any], *, by_tool: bool) -> Runnable[BaseMessage, BaseMessage]:
    """Return what passes messages and their pieces on, and raises for an answer that must not be read.

    LangChain's parsers read the beginning of JSON that was cut, make nothing of an answer without a call, and
    pass over the last piece of a stream that has not the form.
    """

    def look(whole: BaseMessage) -> None:
        if "finish_reason" not in whole.response_metadata:
            return
        _raise_unless_readable(whole, by_tool=by_tool)
        if isinstance(whole, AIMessageChunk):
            parser.parse_result([ChatGeneration(message=whole)])

    def check(pieces: Iterator[BaseMessage]) -> Iterator[BaseMessage]:
        whole: Any = None
        for piece in pieces:
            whole = piece if whole is None else whole + piece
            look(whole)
            yield piece

    async def acheck(pieces: AsyncIterator[BaseMessage]) -> AsyncIterator[BaseMessage]:
        whole: Any = None
        async for piece in pieces:
            whole = piece if whole is None else whole + piece
            look(whole)
            yield piece

    return RunnableGenerator(check, acheck)


def _raise_unless_readable(message: BaseMessage, *, by_tool: bool) -> None:
    if not isinstance(message, AIMessage):
        return
    metadata = cast("Mapping[str, Any]", message.response_metadata)
    finish_reason: Any = metadata["finish_reason"]
    refusal: Any = message.additional_kwargs.get("refusal")
    if refusal:
        raise _error(RefusalError, f"the model declined: {refusal}", message)
    if finish_reason == "length":
        raise _error(LengthFinishReasonError, "the answer was cut off at the limit of its length", message)
    if finish_reason == "content_filter":
        raise _error(ContentFilterFinishReasonError, "a filter of the service took out the answer", message)
    if by_tool and message.invalid_tool_calls:
        call = message.invalid_tool_calls[0]
        raise _error(InvalidJSONError, f"the call of {call['name']} cannot be read: {call['error']}", message)
    if not (message.tool_calls if by_tool else message.text):
        expected = "called no tool" if by_tool else "wrote nothing"
        raise _error(EmptyOutputError, f"the model {expected} (finish_reason {finish_reason})", message)


def _error(kind: type[StructuredOutputError], text: str, message: AIMessage) -> StructuredOutputError:
    return kind(text, usage=message.response_metadata.get("token_usage"), content=str(message.text))
