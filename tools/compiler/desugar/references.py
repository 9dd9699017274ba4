"""References: every `$ref` to a schema becomes a reference to a component."""

from __future__ import annotations

from typing import Any

from tools.compiler import pointer
from tools.compiler.validity import resolve

SCHEMAS = "#/components/schemas/"


def is_component(reference: str) -> bool:
    """Whether the reference leads to a component schema, not to a place within one."""
    tokens = pointer.split(pointer.of_reference(reference))
    return len(tokens) == 3 and tokens[:2] == ("components", "schemas")


def component_of(reference: str) -> str:
    """Return the name of the component schema that the reference leads to, escapes undone."""
    return pointer.split(pointer.of_reference(reference))[2]


def unshare(value: Any, root: str = "") -> Any:
    """Return a copy in which nothing is there twice: YAML's aliases make one object appear in several places.

    `root` is the reference that `$recursiveRef: "#"` stands for: the component that it is in.
    """
    if isinstance(value, dict):
        if "$recursiveRef" in value and root:
            rest = {key: item for key, item in value.items() if key != "$recursiveRef"}
            value = {**rest, "$ref": root}
        return {key: unshare(item, root) for key, item in value.items()}
    if isinstance(value, list):
        return [unshare(item, root) for item in value]
    return value


def plain(content: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of a document without shared parts and without the recursive references of 2019."""
    content = unshare(content)
    schemas = (content.get("components") or {}).get("schemas") or {}
    for name, schema in schemas.items():
        schemas[name] = unshare(schema, pointer.join("#/components/schemas", name))
    return content


def follow(content: dict[str, Any], node: dict[str, Any], place: str) -> tuple[dict[str, Any], str]:
    """Return the object behind a chain of references, with its place."""
    while "$ref" in node:
        place = pointer.of_reference(node["$ref"])
        node = resolve(content, node["$ref"])
    return node, place
