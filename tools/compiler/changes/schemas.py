"""Reads desugared schemas: each into its shape, and the components into the classes that they become.

A document that cannot be desugared is read, too, less closely: what is composed in it, or written inline, is
a type that differs from another if anything in it does.
"""

import contextlib
from collections.abc import Mapping
from functools import cache
from itertools import combinations
from typing import Any

import attrs
from openapi_python_client.strings import ClassName

from tools.compiler import pointer
from tools.compiler.changes.shape import ANY, NOTHING, NULL, Atom, Shape, json_text, scalar
from tools.compiler.changes.surface import Definition, Key, Part, notes_of
from tools.compiler.desugar.values import kind_of
from tools.compiler.kinds import TYPED_FORMATS
from tools.compiler.names import CLASSES_IN_USE
from tools.compiler.walk import component_of, follow, mapping, resolve, sequence


@cache
def class_name(component: str) -> str:
    """Return the class that a component becomes."""
    given = str(ClassName(component, "field_"))
    return f"{given}_" if given in CLASSES_IN_USE else given


@attrs.define
class SchemaReader:
    """Turns schemas into shapes and definitions.

    `source` is what `document` was made from, or the same. Of classes, `places` are where they stand in it,
    `bases` what they are made from, `names` what they are called instead. `orders` fills up with the members
    of each union of objects that no tag tells apart, in the order of the document.
    """

    source: Mapping[str, Any]
    document: Mapping[str, Any]
    places: Mapping[str, str]
    bases: Mapping[str, frozenset[str]]
    names: Mapping[str, str]
    orders: dict[str, tuple[str, ...]] = attrs.field(factory=dict[str, tuple[str, ...]])
    _known: dict[str, Shape] = attrs.field(factory=dict[str, Shape])

    def definitions(self) -> dict[str, Definition]:
        """Return the components that become classes."""
        found: dict[str, Definition] = {}
        # In an order of their own, since what is read first has a part in what cycles come to.
        for name, schema in sorted(mapping(mapping(self.document.get("components")).get("schemas")).items()):
            given, own, node = class_name(name), self._class(name), mapping(schema)
            place = self.places.get(given.removesuffix("_"), pointer.join("/components/schemas", name))
            notes = notes_of(self.written(place, node))
            if _is_object(node):
                bases = frozenset(self.names.get(base, base) for base in self.bases.get(given, ()))
                found[own] = attrs.evolve(self._object(own, node, place), notes=notes, bases=bases)
            elif "enum" in node:
                values = [
                    Part(noun="enum-value", name=each.name, shape=frozenset({each}))
                    for each in _constants(node)
                ]
                parts: dict[Key, Part] = {(value.name,): value for value in values}
                found[own] = Definition(noun="schema", name=own, kind="enum", notes=notes, parts=parts)
            else:
                self.shape(node, own)
        return found

    def written(self, place: str, node: dict[str, Any]) -> dict[str, Any]:
        """Return what the author wrote at a place, with what only readers see; `node` where nothing is."""
        with contextlib.suppress(KeyError):
            return mapping(resolve(self.source, f"#{place.replace('%', '%25')}"))
        return node

    def _class(self, component: str) -> str:
        own = class_name(component)
        return self.names.get(own, own)

    def value(
        self, noun: str, name: str, schema: Any, written: Mapping[str, Any], owner: str, *, required: bool
    ) -> Part:
        """Return the field of the class `owner`, or the parameter of this operation, with the schema."""
        default = written.get("default")
        part = Part(
            noun=noun,
            name=name,
            required=required,
            facts={"default-changed": None if default is None else json_text(default)},
            notes=notes_of(written),
        )
        return attrs.evolve(part, shape=self.shape(schema, f"{owner}{part.label}"))

    def shape(self, schema: Any, where: str) -> Shape:
        """Return the shape of a schema, which a report calls `where`."""
        node = mapping(schema)
        reference, kind = node.get("$ref"), node.get("type")
        if schema is False:
            found = NOTHING
        elif isinstance(reference, str):
            found = self._referenced(reference)
        elif kinds := sequence(kind):
            found = NOTHING.union(*(self.shape({**node, "type": each}, where) for each in kinds))
        elif _is_object(node) or "enum" in node:
            found = scalar(json_text(node))
        elif members := [each for key in ("anyOf", "oneOf", "allOf") for each in sequence(node.get(key))]:
            self._keep_order(members, where)
            found = NOTHING.union(*(self.shape(member, where) for member in members))
        elif "const" in node:
            found = frozenset({_constant(node["const"])})
        elif kind == "array":
            found = frozenset({Atom("array", items=self.shape(node.get("items"), where))})
        elif kind == "string" and str(node.get("format")) in TYPED_FORMATS:
            found = scalar(node["format"])
        else:
            found = scalar(str(kind or "any"))
        return ANY if ANY.issubset(found) else found | (NULL if node.get("nullable") is True else NOTHING)

    def _referenced(self, reference: str) -> Shape:
        """Return the shape of a component; what it has of itself within it may be anything."""
        if reference not in self._known:
            self._known[reference] = ANY
            try:
                node = mapping(resolve(self.document, reference))
                self._known[reference] = self._component(node, self._class(component_of(reference)))
            except KeyError:
                self._known[reference] = scalar(f"unknown {reference}")
        return self._known[reference]

    def _component(self, node: dict[str, Any], own: str) -> Shape:
        nullable = None in sequence(node.get("enum")) or "null" in sequence(node.get("type"))
        null = NULL if nullable or node.get("nullable") is True else NOTHING
        if _is_object(node):
            return null | {Atom("model", own)}
        return null | {_enum(own, node)} if "enum" in node else self.shape(node, own)

    def _object(self, own: str, schema: dict[str, Any], place: str) -> Definition:
        required = {name for name in sequence(schema.get("required")) if isinstance(name, str)}
        fields: dict[Key, Part] = {}
        for name, value in mapping(schema.get("properties")).items():
            written = self.written(pointer.join(place, "properties", name), mapping(value))
            fields[name,] = self.value("field", name, value, written, own, required=name in required)
        further = schema.get("additionalProperties", True)
        extra = self.value("field", "additional_properties", further, {}, own, required=False)
        return Definition(
            noun="schema",
            name=own,
            kind="object",
            shape=scalar(json_text(schema["allOf"])) if "allOf" in schema else None,
            parts={**fields, ("", extra.name): extra},
            demanded=frozenset(required - {name for (name,) in fields}),
        )

    def _keep_order(self, members: list[Any], where: str) -> None:
        """Keep the order of the objects in a union, unless a tag tells them apart."""
        references = [each["$ref"] for each in map(mapping, members) if isinstance(each.get("$ref"), str)]
        objects = {
            self._class(component_of(reference)): mapping(node.get("properties"))
            for reference in references
            for node, _ in [follow(self.document, {"$ref": reference})]
            if _is_object(node)
        }
        if len(objects) > 1 and not _tagged([*objects.values()]):
            self.orders[where] = tuple(objects)


def _is_object(schema: Mapping[str, Any]) -> bool:
    """Whether a schema is that of a class. Desugared ones have a type, and no allOf of several parts."""
    kind = schema.get("type")
    composed = "properties" in schema or len(sequence(schema.get("allOf"))) > 1
    return kind == "object" or (composed and not isinstance(kind, str))


def _enum(own: str, schema: Mapping[str, Any]) -> Atom:
    constants = _constants(schema)
    types = frozenset(kind for each in constants for kind in each.types)
    return Atom("enum", own, types, frozenset(each.name for each in constants))


def _constants(schema: Mapping[str, Any]) -> list[Atom]:
    return [_constant(value) for value in sequence(schema["enum"]) if value is not None]


def _constant(value: Any) -> Atom:
    text = json_text(value)
    return Atom("const", text, types=frozenset({kind_of(value)}), values=frozenset({text}))


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
