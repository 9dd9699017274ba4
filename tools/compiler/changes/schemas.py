"""Reads schemas: each into its shape, and into the definitions of the classes that it brings along."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import combinations
from typing import Any, NamedTuple

import attrs
from openapi_python_client.strings import ClassName, pascal_case

from tools.compiler.changes.shape import ANY, NOTHING, NULL, Atom, Shape, json_text, scalar
from tools.compiler.changes.surface import Definition, Key, Part, notes_of
from tools.compiler.desugar.values import kind_of
from tools.compiler.names import CLASSES_IN_USE
from tools.compiler.walk import component_of, follow, mapping, resolve, sequence

# The string formats that have a Python type of their own.
_TYPED_FORMATS = frozenset({"date", "date-time", "uuid", "binary"})


@cache
def class_name(name: str, parent: str = "") -> str:
    """Return the class of a schema: its own name behind the class that it is in, and never its title."""
    joined = f"{pascal_case(parent)}{pascal_case(name)}" if parent else name
    given = str(ClassName(joined, "field_"))
    return f"{given}_" if given in CLASSES_IN_USE else given


class Site(NamedTuple):
    """Where a schema is written: its name within a class (empty for a component), and as a report has it."""

    name: str
    parent: str
    where: str

    def child(self, suffix: str) -> Site:
        """Return the site of an item of an array, or of a member of a union."""
        return self._replace(name=f"{self.name}_{suffix}")

    @property
    def class_name(self) -> str:
        """The name of a class that is written here."""
        return class_name(self.name, self.parent)


@attrs.define
class SchemaReader:
    """Turns schemas into shapes.

    `definitions` fills up with what they name, and `orders` with the members of each union of objects that no
    tag tells apart, in the order of the document.
    """

    document: Mapping[str, Any]
    definitions: dict[str, Definition] = attrs.field(factory=dict[str, Definition])
    orders: dict[str, tuple[str, ...]] = attrs.field(factory=dict[str, tuple[str, ...]])
    _pending: deque[tuple[str, dict[str, Any]]] = attrs.field(factory=deque[tuple[str, dict[str, Any]]])
    _of_reference: dict[str, Shape | None] = attrs.field(factory=dict[str, Shape | None])
    _met_again: set[str] = attrs.field(factory=set[str])

    def shape(self, schema: Any, site: Site) -> Shape:
        """Return the shape of a schema."""
        if schema is False:
            return NOTHING
        node = mapping(schema)
        reference = node.get("$ref")
        if isinstance(reference, str):
            found = self._referenced(reference)
        else:
            members = _members(node)
            found = self._single(node, site) if members is None else self._union(members, site)
        return _simplified(found | NULL if node.get("nullable") is True else found)

    def value(self, noun: str, name: str, schema: Any, parent: str, *, required: bool) -> Part:
        """Return the field or parameter that a schema describes."""
        node = mapping(schema)
        default = node.get("default")
        part = Part(
            noun=noun,
            name=name,
            required=required,
            default=None if default is None else json_text(default),
            notes=notes_of(node),
        )
        shape = self.shape(schema, Site(name, parent, f"{parent}{part.label}"))
        return attrs.evolve(part, shapes={"": shape})

    def finish(self) -> None:
        """Read what is inside the classes that were met."""
        while self._pending:
            name, schema = self._pending.popleft()
            self.definitions[name] = self._object(name, schema)

    def _referenced(self, reference: str) -> Shape:
        """Return the shape of what a reference leads to; an alias where it is met inside itself."""
        if reference in self._of_reference:
            known = self._of_reference[reference]
            if known is None:
                self._met_again.add(reference)
                return frozenset({Atom("alias", class_name(component_of(reference)))})
            return known
        try:
            target = resolve(self.document, reference)
        except KeyError:
            return scalar(f"unknown {reference}")
        self._of_reference[reference] = None
        name = component_of(reference)
        own = class_name(name)
        shape = self._of_reference[reference] = self.shape(target, Site(name, "", own))
        if reference in self._met_again:
            self._define(own, "alias", mapping(target), shapes={"": shape})
        return shape

    def _define(self, name: str, kind: str, schema: dict[str, Any], **more: Any) -> None:
        """Add a definition, unless there is one of this name."""
        definition = Definition(noun="schema", name=name, kind=kind, notes=notes_of(schema), **more)
        self.definitions.setdefault(name, definition)

    def _union(self, members: list[Any], site: Site) -> Shape:
        targets = [
            (member["$ref"], follow(self.document, member)[0])
            for member in map(mapping, members)
            if "$ref" in member
        ]
        objects = {
            class_name(component_of(reference)): mapping(target.get("properties"))
            for reference, target in targets
            if target.get("type") == "object"
        }
        if len(objects) > 1 and not _tagged([*objects.values()]):
            self.orders[site.where] = tuple(objects)
        return NOTHING.union(
            *(self.shape(member, site.child(f"type_{index}")) for index, member in enumerate(members))
        )

    def _single(self, schema: dict[str, Any], site: Site) -> Shape:
        if "enum" in schema:
            return self._enum(sequence(schema["enum"]), schema, site.class_name)
        if "const" in schema:
            return _constants([schema["const"]])
        kind = schema.get("type")
        if kind == "array" or (kind is None and ("items" in schema or "prefixItems" in schema)):
            return frozenset({Atom("array", items=self._items(schema, site))})
        parts = self._parts(schema, "", set()) if kind is None else ()
        if kind == "object" or any(part.get("type") == "object" or "properties" in part for _, part in parts):
            own = site.class_name
            if own not in self.definitions:
                self._define(own, "object", schema)
                self._pending.append((own, schema))
            return frozenset({Atom("model", own)})
        if kind == "string" and schema.get("format") in _TYPED_FORMATS:
            kind = schema["format"]
        return scalar(kind if isinstance(kind, str) else "any")

    def _items(self, schema: dict[str, Any], site: Site) -> Shape:
        parts = [*sequence(schema.get("prefixItems"))]
        if "items" in schema or not parts:
            parts.append(schema.get("items", True))
        return _simplified(NOTHING.union(*(self.shape(part, site.child("item")) for part in parts)))

    def _enum(self, values: list[Any], schema: dict[str, Any], own: str) -> Shape:
        null = NULL if None in values else NOTHING
        constants = _constants([value for value in values if value is not None])
        types = frozenset(kind for each in constants for kind in each.types)
        listed = frozenset(each.name for each in constants)
        if types == frozenset({"boolean"}) and len(listed) == 2:
            return scalar("boolean") | null
        if not types or not types <= {"string", "integer"}:
            return constants | null
        self._define(own, "enum", schema, values={"enum-value": listed})
        return null | {Atom("enum", own, types, listed)}

    def _object(self, name: str, schema: dict[str, Any]) -> Definition:
        """Return what is inside a class."""
        parts = list(self._parts(schema, name, set()))
        wire = {old: str(new) for _, part in parts for old, new in mapping(part.get("x-names")).items()}
        asked = (key for _, part in parts for key in sequence(part.get("required")) if isinstance(key, str))
        required = {wire.get(key, key) for key in asked}
        fields: dict[Key, Part] = {}
        extra = schema.get("additionalProperties")
        for owner, part in parts:
            for key, value in mapping(part.get("properties")).items():
                named = wire.get(key, key)
                fields[named,] = self.value("field", named, value, owner, required=named in required)
            extra = part.get("additionalProperties") if extra is None else extra
        further = Site("AdditionalProperty", name, f"{name}.additional_properties")
        return attrs.evolve(
            self.definitions[name],
            shapes={".additional_properties": self.shape(True if extra is None else extra, further)},
            parts=fields,
            demanded=frozenset(required - {key for (key,) in fields}),
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
                target, _ = follow(self.document, part)
                yield from self._parts(target, class_name(component_of(reference)), seen)
        yield owner, schema


def _members(schema: dict[str, Any]) -> list[Any] | None:
    """Return the alternatives of a union; None for a schema that is none."""
    one_of = sequence(schema.get("anyOf")) + sequence(schema.get("oneOf"))
    alternatives = one_of + sequence(schema.get("allOf"))
    if len(alternatives) == 1 and "$ref" in mapping(alternatives[0]) and "properties" not in schema:
        return alternatives
    if "enum" in schema:
        return None
    if types := sequence(schema.get("type")):
        rest = {key: value for key, value in schema.items() if key not in {"default", "anyOf", "oneOf"}}
        one_of += [rest | {"type": kind} for kind in types]
    elif "properties" in schema or schema.get("type") == "object":
        return None  # The alternatives of an object only say which of its fields go together.
    return one_of or None


def _constants(values: list[Any]) -> Shape:
    """Return the shape of these values and no others."""
    return frozenset(
        Atom("const", text, types=frozenset({kind_of(value)}), values=frozenset({text}))
        for value in values
        for text in [json_text(value)]
    )


def _simplified(shape: Shape) -> Shape:
    return ANY if ANY.issubset(shape) else shape


def _tagged(members: list[dict[str, Any]]) -> bool:
    """Whether the constants of a property differ in all members, but for one where it is open."""
    for name in set(members[0]).intersection(*members):
        known = [values for member in members if (values := _listed(mapping(member[name])))]
        if len(known) >= len(members) - 1 and not any(a & b for a, b in combinations(known, 2)):
            return True
    return False


def _listed(schema: Mapping[str, Any]) -> set[str]:
    listed = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return {str(value) for value in sequence(listed)}
