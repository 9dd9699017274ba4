"""The few forms that desugared schemas have, and how to tell them apart.

A schema is one of these, with annotations: nothing (any value); `$ref` to a component; `anyOf` of two or more
of the others; `const`; `enum` of text or of integers; `type` with one scalar type; an array with `items`; an
object, which ends as a component.
"""

from collections.abc import Callable, Iterable
from typing import Any

from tools.compiler.walk import SCHEMAS, component_of

Schema = dict[str, Any]

NULL: Schema = {"type": "null"}
ANNOTATIONS = frozenset(
    {
        "$comment", "default", "deprecated", "description", "example", "examples", "externalDocs",
        "readOnly", "title", "writeOnly", "xml",
    }
)  # fmt: skip


def is_object(schema: Schema) -> bool:
    """Whether the schema is an object with a class of its own."""
    return schema.get("type") == "object"


def is_class(schema: Schema) -> bool:
    """Whether the schema is an object or an enum: those are components, with names in Python."""
    return is_object(schema) or "enum" in schema


def is_null(schema: Schema) -> bool:
    """Whether the schema allows null only."""
    return schema.get("type") == "null"


def is_any(schema: Schema) -> bool:
    """Whether the schema allows everything."""
    return not any(key in schema for key in ("$ref", "anyOf", "const", "enum", "type"))


def said_by(schema: Schema) -> Schema:
    """Return what the schema says to readers, and the default."""
    return {key: value for key, value in schema.items() if key in ANNOTATIONS}


def bare(schema: Schema) -> Schema:
    """Return the schema without what it says to readers."""
    return {key: value for key, value in schema.items() if key not in ANNOTATIONS}


def without(schema: Schema, *keys: str) -> Schema:
    """Return the schema without some of its keys."""
    return {key: value for key, value in schema.items() if key not in keys}


def reference_to(component: str) -> Schema:
    """Return the reference to a component."""
    return {"$ref": f"{SCHEMAS}{component}"}


def target_of(schema: Schema) -> str | None:
    """Return the component that the schema is a reference to, with or without annotations beside it."""
    return component_of(schema["$ref"]) if "$ref" in schema else None


def members(schema: Schema) -> list[Schema]:
    """Return the alternatives of a union; any other schema is its own only one."""
    return list(schema["anyOf"]) if "anyOf" in schema else [schema]


def constants(schema: Schema) -> list[Any]:
    """Return the values that a constant or an enum allows; none for any other schema."""
    return [schema["const"]] if "const" in schema else schema.get("enum", [])


def within(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """Return the schema with its members or its items changed."""
    if "anyOf" in schema:
        return {**schema, "anyOf": [change(member) for member in schema["anyOf"]]}
    return {**schema, "items": change(schema["items"])} if "items" in schema else schema


def union(alternatives: Iterable[Schema]) -> Schema:
    """One schema for several alternatives: each once, unions within flattened, null last."""
    flat: list[Schema] = []
    for alternative in alternatives:
        for member in members(alternative):
            if all(bare(member) != bare(known) for known in flat):
                flat.append(member)
    flat.sort(key=is_null)
    if len(flat) == 1:
        return flat[0]
    if all("enum" in member or type(member.get("const")) is str for member in flat):
        values = [value for member in flat for value in constants(member)]
        if len({type(value) for value in values}) == 1:
            kind = "string" if isinstance(values[0], str) else "integer"
            return {"type": kind, "enum": list(dict.fromkeys(values))}
    return {"anyOf": flat}
