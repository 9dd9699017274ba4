"""Values in a document: their JSON types; enums, constants and defaults as Python can say them."""

import json
import math
from collections.abc import Mapping
from typing import Any

from tools.compiler.desugar.forms import Schema, constants, members, target_of, without
from tools.compiler.errors import CompileError, Finding
from tools.compiler.kinds import TYPED_FORMATS

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
    if known := constants(schema):
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
        raise CompileError(Finding(f"no value of the enum has the type {' or '.join(types)}", place))
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


def excludes_default(schema: Schema, components: Mapping[str, Schema]) -> bool:
    """Whether the schema's default does not fit it: structures may, and any member of a union will do."""
    default = schema["default"]
    if isinstance(default, dict | list) or schema.get("type") in {"object", "array"}:
        return False
    if (target := target_of(schema)) is not None:
        return excludes_default({**components[target], "default": default}, components)
    if "anyOf" in schema:
        return all(excludes_default({**each, "default": default}, components) for each in members(schema))
    return (isinstance(default, float) and not math.isfinite(default)) or not allows(schema, default)


def with_default_told(schema: Schema) -> Schema:
    """Return the schema with a word about a default that is no plain value of a plain type."""
    default, rest = schema["default"], without(schema, "default")
    if not isinstance(default, dict | list):
        if "anyOf" in schema or target_of(schema) is not None:
            return schema  # what it is a default of is seen later
        is_plain = schema.get("type") not in {"object", "array"} and schema.get("format") not in TYPED_FORMATS
        if is_plain and not excludes_default(schema, {}):
            return schema
    text = json.dumps(default, ensure_ascii=False)
    if default in ({}, []) or len(text) > 200:
        return rest
    return {**rest, "description": f"{schema.get('description', '')}\n\nDefault: {text}".strip()}
