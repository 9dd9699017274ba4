"""Reads desugared schemas: each into its shape, and the components into the classes that they become."""

import contextlib
from collections.abc import Mapping
from itertools import combinations
from typing import Any

import attrs

from tools.compiler import pointer
from tools.compiler.changes.shape import NOTHING, Shape, json_text, shape_of
from tools.compiler.changes.surface import Definition, Key, Part, notes_of
from tools.compiler.classes import Types
from tools.compiler.desugar import Desugared
from tools.compiler.desugar.forms import Schema, constants, is_class, is_object, members, target_of
from tools.compiler.walk import mapping, part


@attrs.define
class SchemaReader:
    """Turns the schemas of a document into shapes and definitions.

    `names` are what classes are called instead. `orders` fills up with the members of each union of objects
    that no tag tells apart, in the order of the document.
    """

    compiled: Desugared
    types: Types
    names: Mapping[str, str]
    orders: dict[str, tuple[str, ...]] = attrs.field(factory=dict[str, tuple[str, ...]])

    def definitions(self) -> dict[str, Definition]:
        """Return the components that become classes."""
        found: dict[str, Definition] = {}
        for name, schema in self.types.schemas.items():
            own = self.names.get(name, name)
            if is_class(schema):
                read = self._object if is_object(schema) else self._enum
                place, bases = self.compiled.classes[name], self.compiled.bases.get(name, ())
                found[own] = attrs.evolve(
                    read(schema, place, own),
                    notes=notes_of(self.written(place, schema)),
                    bases=frozenset(self.names.get(base, base) for base in bases),
                )
            else:
                self.shape(schema, own)
        return found

    def written(self, place: str, node: dict[str, Any]) -> dict[str, Any]:
        """Return what the author wrote at a place, with what only readers see; `node` where nothing is."""
        with contextlib.suppress(KeyError):
            return mapping(part(self.compiled.source, *pointer.split(place)))
        return node

    def value(
        self, noun: str, name: str, schema: Any, written: Mapping[str, Any], owner: str, *, required: bool
    ) -> Part:
        """Return the field of the class `owner`, or the parameter of this operation, with the schema."""
        default = written.get("default")
        found = Part(
            noun=noun,
            name=name,
            required=required,
            facts={"default-changed": None if default is None else json_text(default)},
            notes=notes_of(written),
        )
        return attrs.evolve(found, shape=self.shape(schema, f"{owner}{found.label}"))

    def shape(self, schema: Any, where: str) -> Shape:
        """Return the shape of a schema, or of what may not be there (False); a report calls it `where`."""
        if schema is False:
            return NOTHING
        self._keep_order(schema, where)
        return shape_of(self.types.type_of(schema), self.names)

    def _object(self, schema: Schema, place: str, own: str) -> Definition:
        required = {*schema.get("required", [])}
        fields: dict[Key, Part] = {}
        for key, value in schema.get("properties", {}).items():
            written = self.written(pointer.join(place, "properties", key), value)
            fields[key,] = self.value("field", key, value, written, own, required=key in required)
        further = schema.get("additionalProperties", {})
        extra = self.value("field", "additional_properties", further, {}, own, required=False)
        return Definition(
            noun="schema",
            name=own,
            kind="object",
            parts={**fields, ("", extra.name): extra},
            demanded=frozenset(required - {key for (key,) in fields}),
        )

    def _enum(self, schema: Schema, _place: str, own: str) -> Definition:
        values = [json_text(value) for value in constants(schema)]
        return Definition(
            noun="schema",
            name=own,
            kind="enum",
            parts={(value,): Part(noun="enum-value", name=value, text=value) for value in values},
        )

    def _keep_order(self, schema: Schema, where: str) -> None:
        """Keep the order of the objects in a union, unless a tag tells them apart."""
        targets = [target for member in members(schema) if (target := target_of(member)) is not None]
        objects = [target for target in targets if is_object(self.types.schemas[target])]
        if len(objects) > 1 and not self._tagged(objects):
            self.orders[where] = tuple(self.names.get(each, each) for each in objects)
        for member in members(schema):
            if "items" in member:
                self._keep_order(member["items"], where)

    def _tagged(self, objects: list[str]) -> bool:
        """Whether the constants of a property differ in all members, but for one where it is open."""
        listed = [self.types.schemas[name].get("properties", {}) for name in objects]
        for name in set(listed[0]).intersection(*listed):
            types = [self.types.type_of(properties[name]) for properties in listed]
            known = [values for kinds in types if (values := {v for kind in kinds for v in kind.known})]
            if len(known) >= len(objects) - 1 and not any(a & b for a, b in combinations(known, 2)):
                return True
        return False
