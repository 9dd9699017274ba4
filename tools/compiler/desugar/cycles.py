"""Unions and arrays that contain themselves: Python has no name for them, so the innermost is any value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.compiler.desugar.merging import is_object, reference_of
from tools.compiler.walk import component_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def references(schema: dict[str, Any]) -> Iterator[str]:
    """Yield the components that the schema needs to be spelled out: those behind its references."""
    reference = reference_of(schema)
    if reference is not None:
        yield component_of(reference)
        return
    for member in schema.get("anyOf", []):
        yield from references(member)
    if "items" in schema:
        yield from references(schema["items"])


def open_cycles(components: dict[str, dict[str, Any]]) -> list[str]:
    """Replace the reference that closes a cycle, in place; return the names of components that had one."""
    done: set[str] = set()
    opened: list[str] = []
    for start in components:
        path: list[str] = []
        _open(start, path, components, done, opened)
    return opened


def _open(
    name: str, path: list[str], components: dict[str, dict[str, Any]], done: set[str], opened: list[str]
) -> None:
    if name in done or is_object(components[name]):
        return
    path.append(name)
    for target in dict.fromkeys(references(components[name])):
        if target in path:
            components[name] = _without(components[name], target)
            opened.append(name)
        else:
            _open(target, path, components, done, opened)
    path.pop()
    done.add(name)


def _without(schema: dict[str, Any], target: str) -> dict[str, Any]:
    reference = reference_of(schema)
    if reference is not None:
        return {"description": f"{target}, to any depth."} if component_of(reference) == target else schema
    if "anyOf" in schema:
        return {**schema, "anyOf": [_without(member, target) for member in schema["anyOf"]]}
    if "items" in schema:
        return {**schema, "items": _without(schema["items"], target)}
    return schema


def in_order(components: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the components with those first that others need to be spelled out, objects before all.

    The generator goes over the rest again and again until nothing is missing; in this order, once.
    """
    ordered: dict[str, dict[str, Any]] = {
        name: schema for name, schema in components.items() if is_object(schema)
    }

    def place(name: str) -> None:
        if name not in ordered:
            for target in references(components[name]):
                place(target)
            ordered[name] = components[name]

    for name in components:
        place(name)
    return ordered
