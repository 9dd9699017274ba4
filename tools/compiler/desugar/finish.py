"""The last touch, once all schemas are known: what each reference needs to know of where it leads."""

from typing import Any

from tools.compiler.desugar.forms import (
    NULL,
    Schema,
    is_class,
    is_null,
    is_object,
    reference_to,
    said_by,
    target_of,
    within,
)
from tools.compiler.desugar.naming import Naming
from tools.compiler.desugar.schemas import Schemas


class Finish:
    """Adds null where a component may be null, and names what has no name yet."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas

    def components(self) -> dict[str, Schema]:
        """Return every component, finished. Some come while others are."""
        given = self._schemas.components
        finished: dict[str, Schema] = {}
        while waiting := [name for name in given if name not in finished]:
            for name in waiting:
                schema = given[name]
                if is_object(schema):
                    schema = self._object(schema, name)
                finished[name] = schema if is_class(schema) else self._schema(schema, Naming("", name))
        return finished

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
        properties = schema.get("properties", {})
        result = {
            **schema,
            "properties": {
                name: self._schema(value, Naming(owner, name)) for name, value in properties.items()
            },
        }
        if isinstance(schema.get("additionalProperties"), dict):
            further = self._schema(schema["additionalProperties"], Naming(owner, "AdditionalProperty"))
            result["additionalProperties"] = further
        return result


def open_cycles(components: dict[str, Schema]) -> list[str]:
    """Open unions and arrays that contain themselves: their innermost is any value, as Python cannot name it.

    The reference that closes a cycle is replaced. Returns the names of the components that had one.
    """
    opened: list[str] = []
    seen = {name for name, schema in components.items() if is_object(schema)}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name not in seen:
            components[name] = unfolded(components[name], (*path, name))
            seen.add(name)

    def unfolded(schema: Schema, path: tuple[str, ...]) -> Schema:
        target = target_of(schema)
        if target is None:
            return within(schema, lambda part: unfolded(part, path))
        if target in path:
            opened.append(path[-1])
            return {"description": f"{target}, to any depth."}
        visit(target, path)
        return schema

    for name in components:
        visit(name, ())
    return opened
