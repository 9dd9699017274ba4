"""Structured output: from a Python type to a JSON schema, and from JSON text back to a value of the type.

    schema_of(type, *, strict="auto", name=None, model=None) -> Schema[T]
    Schema.decode(text: str | bytes) -> T        raises InvalidJSONError or OutputValidationError
    Schema.read_partial(text: str) -> object     what can be read of text that is still arriving
    Schema.response_format() -> dict             the field `response_format` of a request
    Schema.function_tool() -> dict               an item of the field `tools` of a request
    function_tool(type, *, name=None, description=None, strict="auto")    the same, for tools=[…]

`client.chat.completions.parse(response_format=…)` does all of this for a call.
"""

from __future__ import annotations

from egp.structured.function_tool import function_tool
from egp.structured.schema import Schema, Strict, schema_of

__all__ = ["Schema", "Strict", "function_tool", "schema_of"]
