"""JSON schemas as documents: their root, and the definitions that they refer to."""

from __future__ import annotations

from typing import Any

from egp._core.json_types import is_array, is_object
from egp.structured.backend import UnsupportedTypeError

__all__ = ["REF", "hoisted", "inline_root", "is_object_schema", "resolved"]

REF = "#/$defs/"
"""What a reference to a definition begins with."""


def resolved(node: Any, definitions: dict[str, Any]) -> Any:
    """Return what a node refers to, or the node itself."""
    seen: set[str] = set()
    while is_object(node) and isinstance(node.get("$ref"), str) and node["$ref"] not in seen:
        seen.add(node["$ref"])
        node = definitions.get(node["$ref"].removeprefix(REF), {})
    return node


def inline_root(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with a root that is no reference; definitions that nothing refers to are left out."""
    definitions = schema.get("$defs", {})
    root = {key: value for key, value in schema.items() if key not in ("$defs", "$ref")}
    if "$ref" in schema:
        root = {**resolved({"$ref": schema["$ref"]}, definitions), **root}
    used: dict[str, Any] = {}
    _collect(root, definitions, used)
    if used:
        root["$defs"] = {name: used[name] for name in definitions if name in used}
    return root


def hoisted(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Return one document of a schema and its definitions, those inside them moved to its root.

    Raises:
        UnsupportedTypeError: two different definitions have one name.
    """
    found: dict[str, Any] = {}
    _without_definitions({"$defs": definitions}, found)
    root = _without_definitions(schema, found)
    return {**root, "$defs": found} if found else root


def _without_definitions(node: Any, found: dict[str, Any]) -> Any:
    if is_array(node):
        return [_without_definitions(item, found) for item in node]
    if not is_object(node):
        return node
    for name, definition in node.get("$defs", {}).items():
        made = _without_definitions(definition, found)
        if found.setdefault(name, made) != made:
            raise UnsupportedTypeError(f"two classes in it are named {name}")
    return {key: _without_definitions(value, found) for key, value in node.items() if key != "$defs"}


def is_object_schema(schema: dict[str, Any]) -> bool:
    """Return whether a schema is one of objects alone."""
    return schema.get("type") == "object"


def _collect(node: Any, definitions: dict[str, Any], used: dict[str, Any]) -> None:
    if is_array(node):
        for item in node:
            _collect(item, definitions, used)
    elif is_object(node):
        reference = node.get("$ref")
        if isinstance(reference, str) and reference.startswith(REF):
            name = reference.removeprefix(REF)
            if name in definitions and name not in used:
                used[name] = definitions[name]
                _collect(definitions[name], definitions, used)
        for value in node.values():
            _collect(value, definitions, used)
