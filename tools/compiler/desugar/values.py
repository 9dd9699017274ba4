"""Values in a document: their JSON types; enums, constants and defaults as the generator can take them."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from tools.compiler.desugar.forms import members, target_of, without
from tools.compiler.errors import CompileError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.compiler.desugar.forms import Schema

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


def allows(schema: Schema, value: Any) -> bool:
    """Whether a value has the constant, one of the enum's values, or else the type of a desugared schema."""
    known = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if known is not None:
        return any(kind_of(value) == kind_of(each) and value == each for each in known)
    kind = schema.get("type", kind_of(value))
    return kind == kind_of(value) or (kind == "number" and kind_of(value) == "integer")


def split_enum(values: list[Any], types: list[str], place: str) -> list[Schema]:
    """Return the values of an enum by type: one schema each, in the order in which the types first appear.

    Values that are there twice count once; values that the schema's own `type` excludes do not count.
    Floating point numbers and structures have no literal types in Python: those become their plain type.
    """
    groups: dict[str, list[Any]] = {}
    for value in values:
        if types and not any(allows({"type": kind}, value) for kind in types):
            continue
        kind = kind_of(value)
        plain = int(value) if kind == "integer" else value
        if plain not in (group := groups.setdefault(kind, [])):
            group.append(plain)
    if not groups:
        raise CompileError(f"no value of the enum has the type {' or '.join(types)}", pointer=place)
    if "number" in groups:
        groups.pop("integer", None)
    return [_of_kind(kind, group) for kind, group in groups.items()]


def constant(value: Any) -> Schema:
    """Return the schema of a constant: text, integers and booleans as such, anything else by its type."""
    kind = kind_of(value)
    if kind in {"string", "integer"}:
        return {"const": int(value) if kind == "integer" else value}
    return _of_kind(kind, [value])


def _of_kind(kind: str, values: list[Any]) -> Schema:
    if kind in {"string", "integer"}:
        return {"type": kind, "enum": values}
    if kind == "boolean" and len(values) == 1:
        return {"const": values[0]}
    return {} if kind in {"object", "array"} else {"type": kind}


def default_fits(schema: Schema, components: Mapping[str, Schema]) -> bool | None:
    """Whether the generator can show the schema's default; None where the schema excludes it.

    Structures and their defaults are not compared: no default is ever sent. Any member of a union will do.
    """
    default = schema["default"]
    if isinstance(default, dict | list):
        return False
    if (target := target_of(schema)) is not None:
        return default_fits({**components[target], "default": default}, components)
    if "anyOf" in schema:
        fit = [default_fits({**member, "default": default}, components) for member in members(schema)]
        return True if True in fit else False if False in fit else None
    if schema.get("type") in {"object", "array"}:
        return False
    if (isinstance(default, float) and not math.isfinite(default)) or not allows(schema, default):
        return None
    return schema.get("format") not in {"date-time", "date", "uuid", "binary"}


def with_default_told(schema: Schema) -> Schema:
    """Return the schema with its default as the generator takes it, or else with a word about it."""
    default, rest = schema["default"], without(schema, "default")
    if not isinstance(default, dict | list) and ("anyOf" in schema or target_of(schema) is not None):
        return schema  # what it is a default of is seen later
    if default_fits(schema, {}):
        whole = schema.get("type") == "integer" or type((schema.get("enum") or [""])[0]) is int
        return {**rest, "default": int(default) if whole and kind_of(default) == "integer" else default}
    text = json.dumps(default, ensure_ascii=False)
    if default in ({}, []) or len(text) > 200:
        return rest
    return {**rest, "description": f"{schema.get('description', '')}\n\nDefault: {text}".strip()}
