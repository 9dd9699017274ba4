"""References: every `$ref` to a schema becomes a reference to a component."""

from __future__ import annotations

from typing import Any

from tools.compiler import pointer
from tools.compiler.checks import resolve

SCHEMAS = "#/components/schemas/"


def is_component(reference: str) -> bool:
    """Whether the reference leads to a component schema, not to a place within one."""
    tokens = pointer.split(pointer.of_reference(reference))
    return len(tokens) == 3 and tokens[:2] == ("components", "schemas")


def component_of(reference: str) -> str:
    """The name of the component schema that the reference leads to, escapes undone."""
    return pointer.split(pointer.of_reference(reference))[2]


def unshare(value: Any) -> Any:
    """A copy in which nothing is there twice: YAML's aliases make one object appear in several places."""
    if isinstance(value, dict):
        return {key: unshare(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unshare(item) for item in value]
    return value


def follow(content: dict[str, Any], node: dict[str, Any], place: str) -> tuple[dict[str, Any], str]:
    """The object behind a chain of references, with its place."""
    while "$ref" in node:
        place = pointer.of_reference(node["$ref"])
        node = resolve(content, node["$ref"])
    return node, place
