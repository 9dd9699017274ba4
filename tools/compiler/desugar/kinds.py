"""The JSON types of values."""

from __future__ import annotations

from typing import Any

_KINDS: dict[type, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
    dict: "object",
    list: "array",
}


def kind_of(value: Any) -> str:
    """Return the JSON type of a value. A number whose fraction is zero is an integer: 1.0 equals 1."""
    if type(value) is float and value.is_integer():
        return "integer"
    return _KINDS[type(value)]


def fits(kind: str, value: Any) -> bool:
    """Whether a value has the JSON type `kind`."""
    return kind_of(value) == kind or (kind == "number" and kind_of(value) == "integer")
