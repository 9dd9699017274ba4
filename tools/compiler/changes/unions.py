"""The order of unions of objects that no tag tells apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from tools.compiler.changes.schemas import class_name
from tools.compiler.walk import component_of, mapping, operation_name, operations, sequence


def untagged_orders(document: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the members of each untagged union of objects, by the place that users know it by."""
    schemas = mapping(mapping(document.get("components")).get("schemas"))
    roots = [(schema, class_name(name)) for name, schema in schemas.items()]
    roots += [(each.node, operation_name(each.path, each.method, each.node)) for each in operations(document)]
    orders: dict[str, tuple[str, ...]] = {}
    for place, union in (found for root, name in roots for found in _unions(root, name)):
        names = [component_of(part["$ref"]) for part in map(mapping, union) if "$ref" in part]
        objects = [name for name in names if mapping(schemas.get(name)).get("type") == "object"]
        if len(objects) > 1 and not _tagged([mapping(schemas[name].get("properties")) for name in objects]):
            orders[place] = tuple(map(class_name, objects))
    return orders


def _unions(node: Any, place: str) -> Iterator[tuple[str, list[Any]]]:
    for item in sequence(node):
        yield from _unions(item, place)
    for key, value in mapping(node).items():
        if key == "anyOf":
            yield place, sequence(value)
        if key == "properties":
            for name, schema in mapping(value).items():
                yield from _unions(schema, f"{place}.{name}")
        else:
            yield from _unions(value, place if key in ("items", "schema", "content") else f"{place} {key}")


def _tagged(members: list[dict[str, Any]]) -> bool:
    """Whether the constants of a property differ in all members, but for one where it is open."""
    for name in set(members[0]).intersection(*members):
        known = [values for member in members if (values := _constants(mapping(member[name])))]
        if len(known) >= len(members) - 1 and not any(a & b for a, b in combinations(known, 2)):
            return True
    return False


def _constants(schema: Mapping[str, Any]) -> set[str]:
    listed = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return {str(value) for value in sequence(listed)}
