"""Reads schemas: each into its shape, and into the definitions of the classes that it brings along."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from tools.compiler.changes.naming import class_name
from tools.compiler.changes.shape import (
    ANY,
    NOTHING,
    NULL,
    Alias,
    Array,
    Const,
    Enum,
    Model,
    Scalar,
    Shape,
    json_text,
)
from tools.compiler.changes.surface import Definition, Member, Notes
from tools.compiler.desugar.values import kind_of
from tools.compiler.walk import component_of, follow, mapping, resolve, sequence

# The string formats that have a Python type of their own.
_TYPED_FORMATS = frozenset({"date", "date-time", "uuid", "binary"})
_NO_DEFAULT = object()


@attrs.define
class SchemaReader:
    """Turns schemas into shapes; `definitions` fills up with what they name."""

    document: Mapping[str, Any]
    definitions: dict[str, Definition] = attrs.field(factory=dict[str, Definition])
    _pending: deque[tuple[str, dict[str, Any]]] = attrs.field(factory=deque[tuple[str, dict[str, Any]]])
    _of_reference: dict[str, Shape | None] = attrs.field(factory=dict[str, Shape | None])
    _met_again: set[str] = attrs.field(factory=set[str])

    def shape(self, schema: Any, name: str, parent: str = "") -> Shape:
        """Return the shape of a schema that is written at `name` within the class `parent`."""
        if schema is False:
            return NOTHING
        node = mapping(schema)
        reference = node.get("$ref")
        if isinstance(reference, str):
            found = self._referenced(reference)
        else:
            found = self._union(node, name, parent) or self._single(node, name, parent)
        return _simplified(found | {NULL} if node.get("nullable") is True else found)

    def member(self, name: str, schema: Any, parent: str, *, required: bool) -> Member:
        """Return the field, or the like, that a schema describes."""
        node = mapping(schema)
        shape = self.shape(schema, name, parent)
        default = node.get("default", _NO_DEFAULT)
        said = None if default is _NO_DEFAULT or default is None else json_text(default)
        return Member(name, shape, required, said, Notes.of(node))

    def finish(self) -> None:
        """Read what is inside the classes that were met."""
        while self._pending:
            name, schema = self._pending.popleft()
            self.definitions[name] = self._object(name, schema)

    def _referenced(self, reference: str) -> Shape:
        if reference in self._of_reference:
            known = self._of_reference[reference]
            if known is None:
                self._met_again.add(reference)
                return frozenset({Alias(class_name(component_of(reference)))})
            return known
        try:
            target = resolve(self.document, reference)
        except KeyError:
            return frozenset({Scalar(f"unknown {reference}")})
        self._of_reference[reference] = None
        shape = self.shape(target, component_of(reference))
        self._of_reference[reference] = shape
        if reference in self._met_again:
            alias = class_name(component_of(reference))
            self.definitions.setdefault(
                alias, Definition(alias, "alias", Notes.of(mapping(target)), shape=shape)
            )
        return shape

    def _union(self, schema: dict[str, Any], name: str, parent: str) -> Shape | None:
        """Return the shape of a union; None for a schema that is none."""
        one_of = sequence(schema.get("anyOf")) + sequence(schema.get("oneOf"))
        alternatives = one_of + sequence(schema.get("allOf"))
        if len(alternatives) == 1 and "$ref" in mapping(alternatives[0]) and "properties" not in schema:
            return self.shape(alternatives[0], name, parent)
        if "enum" in schema or _only_narrows(schema, one_of):
            return None
        types = schema.get("type")
        if isinstance(types, list):
            one_of += [
                {key: value for key, value in schema.items() if key not in {"default", "anyOf", "oneOf"}}
                | {"type": kind}
                for kind in sequence(types)
            ]
        if not one_of:
            return None
        members = (
            self.shape(alternative, f"{name}_type_{index}", parent)
            for index, alternative in enumerate(one_of)
        )
        return NOTHING.union(*members)

    def _single(self, schema: dict[str, Any], name: str, parent: str) -> Shape:
        if "enum" in schema:
            return self._enum(schema, name, parent)
        if "const" in schema:
            return frozenset({Const(json_text(schema["const"]), kind_of(schema["const"]))})
        kind = schema.get("type")
        if kind == "array" or (kind is None and ("items" in schema or "prefixItems" in schema)):
            return frozenset({Array(self._items(schema, name, parent))})
        if kind == "object" or (kind is None and ("allOf" in schema or "properties" in schema)):
            if kind is None and not self._is_object(schema):
                return self._intersection(schema, name, parent)
            return frozenset({Model(self._class(schema, name, parent))})
        if kind == "string" and schema.get("format") in _TYPED_FORMATS:
            return frozenset({Scalar(str(schema["format"]))})
        return frozenset({Scalar(kind if isinstance(kind, str) else "any")})

    def _items(self, schema: dict[str, Any], name: str, parent: str) -> Shape:
        parts = [*sequence(schema.get("prefixItems"))]
        if "items" in schema or not parts:
            parts.append(schema.get("items", True))
        shapes = [self.shape(part, f"{name}_item", parent) for part in parts]
        return _simplified(NOTHING.union(*shapes))

    def _enum(self, schema: dict[str, Any], name: str, parent: str) -> Shape:
        values = sequence(schema["enum"])
        null = frozenset({NULL}) if None in values else NOTHING
        known = [value for value in values if value is not None]
        types = frozenset(kind_of(value) for value in known)
        if not known:
            return null
        if not types <= {"string", "integer"}:
            if {json_text(value) for value in known} == {"true", "false"}:
                return frozenset({Scalar("boolean")}) | null
            return frozenset(Const(json_text(value), kind_of(value)) for value in known) | null
        own = class_name(name, parent)
        listed = frozenset(json_text(value) for value in known)
        self.definitions.setdefault(own, Definition(own, "enum", Notes.of(schema), values=listed))
        return frozenset({Enum(own, listed, types)}) | null

    def _class(self, schema: dict[str, Any], name: str, parent: str) -> str:
        own = class_name(name, parent)
        if own not in self.definitions:
            self.definitions[own] = Definition(own, "object", Notes.of(schema))
            self._pending.append((own, schema))
        return own

    def _object(self, name: str, schema: dict[str, Any]) -> Definition:
        parts = list(self._parts(schema, name, set()))
        wire = {old: str(new) for _, part in parts for old, new in mapping(part.get("x-names")).items()}
        required = {
            wire.get(key, key)
            for _, part in parts
            for key in sequence(part.get("required"))
            if isinstance(key, str)
        }
        fields: dict[str, Member] = {}
        extra = schema.get("additionalProperties")
        for owner, part in parts:
            for key, value in mapping(part.get("properties")).items():
                named = wire.get(key, key)
                fields[named] = self.member(named, value, owner, required=named in required)
            extra = part.get("additionalProperties") if extra is None else extra
        return Definition(
            name,
            "object",
            Notes.of(schema),
            fields=fields,
            demanded=frozenset(required - fields.keys()),
            extra=self.shape(True if extra is None else extra, "AdditionalProperty", name),
        )

    def _parts(
        self, schema: dict[str, Any], owner: str, seen: set[str]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the schema and the parts of its allOf, each with the class that names its inline schemas."""
        for part in sequence(schema.get("allOf")):
            reference = mapping(part).get("$ref")
            if not isinstance(reference, str):
                yield from self._parts(mapping(part), owner, seen)
            elif reference not in seen:
                seen.add(reference)
                yield from self._parts(
                    follow(self.document, part)[0], class_name(component_of(reference)), seen
                )
        yield owner, schema

    def _is_object(self, schema: dict[str, Any]) -> bool:
        parts = [part for _, part in self._parts(schema, "", set())]
        return any(part.get("type") == "object" or "properties" in part for part in parts)

    def _intersection(self, schema: dict[str, Any], name: str, parent: str) -> Shape:
        """Return the shape of an allOf without an object in it: that of the last part that says anything."""
        shapes = [self.shape(part, name, parent) for part in sequence(schema.get("allOf"))]
        telling = [shape for shape in shapes if shape != ANY]
        return telling[-1] if telling else ANY


def _simplified(shape: Shape) -> Shape:
    return ANY if Scalar("any") in shape else shape


def _only_narrows(schema: dict[str, Any], alternatives: list[Any]) -> bool:
    """Whether the alternatives only say which fields go together, as in `anyOf: [{required: [a]}, …]`."""
    told = {"$ref", "type", "properties", "enum", "const", "items", "anyOf", "oneOf", "allOf"}
    return (
        bool(alternatives)
        and ("properties" in schema or schema.get("type") == "object")
        and not any(told & mapping(alternative).keys() for alternative in alternatives)
    )
