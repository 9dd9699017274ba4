"""Defaults in the strict profile: the model says null for "the default", and what is read has no such null.

The strict profile makes every property required, so a property with a default becomes nullable there. Where
the type itself does not take null, a null is the model's word for leaving the property out.
"""

from __future__ import annotations

import json
from typing import Any

from egp._core.json_types import is_array, is_object
from egp.structured.documents import resolved

__all__ = ["accepts_null", "has_any", "restored"]


def accepts_null(node: Any, definitions: dict[str, Any]) -> bool:
    """Return whether null is a value of a schema."""
    node = resolved(node, definitions)
    if not is_object(node):
        return bool(node)
    if "enum" in node:
        return None in node["enum"]
    if "const" in node:
        return node["const"] is None
    kind = node.get("type")
    if kind is not None:
        return kind == "null" or (is_array(kind) and "null" in kind)
    choices = node.get("anyOf") or node.get("oneOf") or node.get("allOf")
    if choices:
        return any(accepts_null(choice, definitions) for choice in choices)
    return True


def has_any(schema: dict[str, Any]) -> bool:
    """Return whether null stands for a default anywhere in the strict form of a plain schema."""
    definitions = schema.get("$defs", {})
    return any(_has_any(node, definitions) for node in (schema, *definitions.values()))


def _has_any(node: Any, definitions: dict[str, Any]) -> bool:
    if is_array(node):
        return any(_has_any(item, definitions) for item in node)
    if not is_object(node):
        return False
    if any(_is_default(node, name, definitions) for name in _properties(node)):
        return True
    return any(_has_any(value, definitions) for key, value in node.items() if key != "$defs")


def _properties(node: dict[str, Any]) -> dict[str, Any]:
    properties = node.get("properties")
    return properties if node.get("type") == "object" and is_object(properties) else {}


def _is_default(node: dict[str, Any], name: str, definitions: dict[str, Any]) -> bool:
    if name in node.get("required", ()):
        return False
    return not accepts_null(node["properties"][name], definitions)


def restored(raw: bytes, schema: dict[str, Any]) -> bytes:
    """Return JSON text without the nulls that stand for defaults of the plain schema.

    Text that is not JSON is given back as it is.
    """
    try:
        value = json.loads(raw)
        return json.dumps(_restored(value, schema, schema.get("$defs", {}))).encode()
    except (ValueError, RecursionError):
        return raw


def _restored(value: Any, node: Any, definitions: dict[str, Any]) -> Any:
    node = resolved(node, definitions)
    if not is_object(node):
        return value
    for choice in (*node.get("anyOf", ()), *node.get("oneOf", ()), *node.get("allOf", ())):
        if _fits(value, resolved(choice, definitions), definitions):
            return _restored(value, choice, definitions)
    if is_object(value):
        properties = _properties(node)
        rest = node.get("additionalProperties")
        return {
            name: _restored(item, properties.get(name, rest), definitions)
            for name, item in value.items()
            if item is not None or name not in properties or not _is_default(node, name, definitions)
        }
    if is_array(value):
        places = node.get("prefixItems", ())
        return [
            _restored(item, places[index] if index < len(places) else node.get("items"), definitions)
            for index, item in enumerate(value)
        ]
    return value


def _fits(value: Any, node: Any, definitions: dict[str, Any]) -> bool:
    """Return whether a value is of this member of a union, as far as names and tags tell."""
    if not is_object(node):
        return False
    nested = (*node.get("anyOf", ()), *node.get("oneOf", ()), *node.get("allOf", ()))
    if nested:
        return any(_fits(value, resolved(each, definitions), definitions) for each in nested)
    if is_array(value):
        return node.get("type") == "array"
    if not is_object(value) or node.get("type") != "object":
        return False
    properties = _properties(node)
    if not properties:
        return True
    if not properties.keys() >= value.keys():
        return False
    return all(_may_be(value[name], properties[name]) for name in value)


def _may_be(value: Any, node: Any) -> bool:
    if not is_object(node):
        return True
    if "const" in node:
        return bool(value == node["const"])
    return "enum" not in node or value in node["enum"]
