"""A document whose `$ref`s can be followed, whatever is wrong with it."""

from __future__ import annotations

from typing import Any, TypeGuard
from urllib.parse import unquote

import attrs


def is_mapping(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether `value` is an object. Documents are loaded with text for keys."""
    return isinstance(value, dict)


def is_sequence(value: Any) -> TypeGuard[list[Any]]:
    """Whether `value` is an array."""
    return isinstance(value, list)


def mapping(value: Any) -> dict[str, Any]:
    """`value` where it is an object, else an empty one."""
    return value if is_mapping(value) else {}


def sequence(value: Any) -> list[Any]:
    """`value` where it is an array, else an empty one."""
    return value if is_sequence(value) else []


def name_of(reference: str) -> str:
    """Return the last part of a `$ref`, its escapes undone: the name of the component that it leads to."""
    return _unescaped(reference.rpartition("/")[2])


def _unescaped(token: str) -> str:
    return unquote(token).replace("~1", "/").replace("~0", "~")


@attrs.frozen
class References:
    """An OpenAPI document, as loaded, and where its `$ref`s lead."""

    root: dict[str, Any]

    def resolve(self, node: Any) -> dict[str, Any]:
        """Return the object that `node` is or stands for; empty if a `$ref` leads nowhere or in a circle."""
        seen: set[str] = set()
        while is_mapping(node) and isinstance(node.get("$ref"), str):
            pointer = node["$ref"]
            if pointer in seen:
                return {}
            seen.add(pointer)
            node = self.at(pointer)
        return mapping(node)

    def at(self, reference: str) -> Any:
        """Return what a JSON Pointer (RFC 6901, as a URI fragment) points at; None where that is nothing."""
        if not reference.startswith("#/"):
            return None
        node: Any = self.root
        for part in reference[2:].split("/"):
            key = _unescaped(part)
            if is_mapping(node):
                node = node.get(key)
            elif is_sequence(node) and key.isdecimal() and int(key) < len(node):
                node = node[int(key)]
            else:
                return None
        return node
