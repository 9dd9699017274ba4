"""Structured output: from a Python type to a JSON schema, and from JSON text back to a value of the type.

    schema_of(type, *, strict="auto", name=None, model=None) -> Schema[T]
    Schema.decode(text: str | bytes) -> T        raises InvalidJSONError or OutputValidationError
    Schema.read_partial(text: str) -> object     what can be read of text that is still arriving
    Schema.response_format() -> dict             the field `response_format` of a request
    Schema.function_tool() -> dict               an item of the field `tools` of a request
    function_tool(type, *, name=None, description=None, strict="auto")    the same, for tools=[…]

`client.chat.completions.parse(response_format=…)` does all of this for a call, and returns a
`ParsedChatCompletion[T]`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from egp._loading import LOADING
from egp.structured.function_tool import function_tool
from egp.structured.schema import Schema, Strict, schema_of

if TYPE_CHECKING:
    from egp.structured.parsed import (
        ParsedChatCompletion,
        ParsedChoice,
        ParsedFunction,
        ParsedFunctionToolCall,
        ParsedMessage,
    )
else:

    def __getattr__(name: str) -> object:
        # The models that answers are made of take long to load.
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        with LOADING:
            from egp.structured import parsed

        return getattr(parsed, name)


__all__ = [
    "ParsedChatCompletion",
    "ParsedChoice",
    "ParsedFunction",
    "ParsedFunctionToolCall",
    "ParsedMessage",
    "Schema",
    "Strict",
    "function_tool",
    "schema_of",
]
