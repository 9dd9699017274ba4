"""A document whose parts can be taken one by one: nothing is shared, nothing refers to what is around it."""

from __future__ import annotations

from typing import Any

from tools.compiler import pointer


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
