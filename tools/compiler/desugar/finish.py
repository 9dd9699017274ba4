"""The last touch, once all schemas are known: what each reference needs to know of where it leads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.compiler.desugar.forms import (
    NULL,
    is_class,
    is_null,
    is_object,
    reference_to,
    said_by,
    target_of,
    within,
    without,
)
from tools.compiler.desugar.naming import Names, Naming
from tools.compiler.desugar.values import default_fits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.compiler.desugar.forms import Schema
    from tools.compiler.desugar.schemas import Schemas


class Finish:
    """Adds null where a component may be null, names what has no name yet, drops defaults that do not fit."""

    def __init__(self, schemas: Schemas, names: Names) -> None:
        self._schemas = schemas
        self._names = names

    def components(self, order: list[str]) -> dict[str, Schema]:
        """Every component, finished: classes first, since others need them, then the rest in `order`."""
        given = self._schemas.components
        finished: dict[str, Schema] = {}
        while waiting := [name for name in given if name not in finished]:
            for name in waiting:
                schema = self._shown(given[name])
                if is_object(schema):
                    schema = self._object(schema, self._names.class_of(name))
                finished[name] = schema if is_class(schema) else self._schema(schema, Naming("", name))
        classes = {name: schema for name, schema in finished.items() if is_class(schema)}
        return classes | {name: finished[name] for name in order}

    def paths(self, node: Any, owner: str = "") -> Any:
        """Return the paths with every schema of theirs finished: those under the key `schema`."""
        if isinstance(node, dict):
            owner = node.get("operationId", owner)
            return {
                key: self._schema(value, Naming(owner, str(node.get("name", key))))
                if key == "schema" and isinstance(value, dict)
                else self.paths(value, owner)
                for key, value in node.items()
            }
        return [self.paths(item, owner) for item in node] if isinstance(node, list) else node

    def _schema(self, schema: Schema, naming: Naming) -> Schema:
        schema = self._shown(schema)
        if (target := target_of(schema)) is not None:
            kinds = [reference_to(name) for name in (*self._schemas.parents.get(target, ()), target)]
            kinds += [NULL] if target in self._schemas.nullable else []
            return {"anyOf": kinds, **said_by(schema)} if len(kinds) > 1 else schema
        if "anyOf" in schema:
            finished = [self._schema(member, naming) for member in schema["anyOf"]]
            flat = [part for member in finished for part in member.get("anyOf", [member])]
            nulls = [member for member in flat if is_null(member)]
            return {**schema, "anyOf": [member for member in flat if not is_null(member)] + nulls[:1]}
        if is_class(schema):
            return self._schemas.placed(schema, naming)
        return within(schema, lambda items: self._schema(items, naming.child("item")))

    def _object(self, schema: Schema, owner: str) -> Schema:
        result = dict(schema)
        properties = schema.get("properties", {})
        result["properties"] = {
            name: self._schema(value, Naming(owner, name)) for name, value in properties.items()
        }
        if isinstance(schema.get("additionalProperties"), dict):
            further = self._schema(schema["additionalProperties"], Naming(owner, "AdditionalProperty"))
            result["additionalProperties"] = further
        return result

    def _shown(self, schema: Schema) -> Schema:
        """Return the schema without a default that the generator cannot show."""
        if "default" not in schema or default_fits(schema, self._schemas.components):
            return schema
        return without(schema, "default")


def open_cycles(components: dict[str, Schema]) -> tuple[list[str], list[str]]:
    """Open unions and arrays that contain themselves: their innermost is any value, as Python cannot name it.

    The reference that closes a cycle is replaced. Returns the names of the components that had one; and the
    names of all that are no objects, in an order that has those first that others need to be spelled out: the
    generator goes over them again and again until nothing is missing, in this order once.
    """
    opened: list[str] = []
    ordered: dict[str, None] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in ordered or is_object(components[name]):
            return
        for target in dict.fromkeys(_needed(components[name])):
            if target in (*path, name):
                components[name] = _opened(components[name], target)
                opened.append(name)
            else:
                visit(target, (*path, name))
        ordered[name] = None

    for name in components:
        visit(name, ())
    return opened, list(ordered)


def _needed(schema: Schema) -> Iterator[str]:
    """Yield the components that the schema needs to be spelled out: those behind its references."""
    if (target := target_of(schema)) is not None:
        yield target
    for part in [*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())]:
        yield from _needed(part)


def _opened(schema: Schema, closing: str) -> Schema:
    target = target_of(schema)
    if target is None:
        return within(schema, lambda part: _opened(part, closing))
    return {"description": f"{closing}, to any depth."} if target == closing else schema
