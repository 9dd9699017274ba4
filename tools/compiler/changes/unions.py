"""The order of unions of objects that no tag tells apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from tools.compiler.changes.naming import class_name
from tools.compiler.walk import component_of, mapping, operation_name, operations, sequence


def untagged_orders(document: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the members of each untagged union of objects, by the place that users know it by."""
    schemas = mapping(mapping(document.get("components")).get("schemas"))
    orders: dict[str, tuple[str, ...]] = {}
    for place, node in _unions(document):
        names = [component_of(part["$ref"]) for part in sequence(node["anyOf"]) if "$ref" in mapping(part)]
        members = {name: mapping(schemas.get(name)) for name in names}
        objects = [name for name in names if members[name].get("type") == "object"]
        if len(objects) > 1 and not _tagged([mapping(members[name].get("properties")) for name in objects]):
            orders[place] = tuple(class_name(name) for name in objects)
    return orders


def _unions(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, schema in mapping(mapping(document.get("components")).get("schemas")).items():
        yield from _within(schema, class_name(name))
    for path, method, operation, *_ in operations(document):
        yield from _within(operation, operation_name(path, method, operation))


def _within(node: Any, place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(node, dict):
        if "anyOf" in node:
            yield place, node
        for key, value in node.items():
            if key == "properties":
                for name, schema in mapping(value).items():
                    yield from _within(schema, f"{place}.{name}")
            else:
                yield from _within(
                    value, place if key in ("items", "schema", "content") else f"{place} {key}"
                )
    elif isinstance(node, list):
        for item in node:
            yield from _within(item, place)


def _tagged(members: list[dict[str, Any]]) -> bool:
    """Whether the constants of a property differ in all members, but for one where it is open."""
    for name in members[0]:
        values = [_constants(mapping(member.get(name))) if name in member else None for member in members]
        known = [each for each in values if each]
        if (
            None not in values
            and len(known) >= len(values) - 1
            and not any(a & b for a, b in combinations(known, 2))
        ):
            return True
    return False


def _constants(schema: Mapping[str, Any]) -> set[str]:
    listed = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return {str(value) for value in sequence(listed)}
