"""Types as function tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from egp.structured.schema import schema_of

if TYPE_CHECKING:
    from egp.structured.schema import Schema, Strict

__all__ = ["FunctionTool", "function_tool"]


class FunctionTool(dict[str, Any]):
    """A function tool as a request has it, which knows the type of its arguments."""

    def __init__(self, schema: Schema[Any], description: str | None) -> None:
        super().__init__(schema.function_tool())
        if description is not None:
            self["function"]["description"] = description
        self.schema = schema


def function_tool(
    type: Any,  # noqa: A002
    *,
    name: str | None = None,
    description: str | None = None,
    strict: Strict = "auto",
) -> FunctionTool:
    """Return a type as a function tool whose parameters are the fields of the type.

    In `parse()` and `stream()` a type may stand in `tools` by itself; this is for a name or a description of
    your own, and for `create()`.

    Args:
        type: what `schema_of` takes, with fields.
        name: the name of the function; by default that of the type.
        description: the description for the model; by default the docstring of the type.
        strict: see `Strict`.

    Raises:
        EGPError: the type cannot be a schema, or has no fields.
    """
    return FunctionTool(schema_of(type, strict=strict, name=name), description)
