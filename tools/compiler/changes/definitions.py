"""Compares the classes and enums of the generated models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from tools.compiler.changes import members
from tools.compiler.changes.renames import member_with_names, with_names
from tools.compiler.changes.report import Change
from tools.compiler.changes.shape import ANY
from tools.compiler.changes.surface import Definition
from tools.compiler.changes.variance import Direction

Directions = Mapping[str, frozenset[Direction]]


def compare_definitions(
    old: Mapping[str, Definition],
    new: Mapping[str, Definition],
    renamed: Mapping[str, str],
    directions: Directions,
) -> Iterator[Change]:
    """Yield what differs between the importable names of two documents, by the directions of the old one."""
    for name, definition in old.items():
        counterpart = new.get(renamed.get(name, name))
        if counterpart is None:
            if definition.kind != "alias":
                yield Change("schema-removed", name)
            continue
        if name in renamed:
            yield Change("schema-renamed", name, before=name, after=counterpart.name)
        yield from _compare(with_new_names(definition, renamed), counterpart, directions[name])
    arrived = new.keys() - old.keys() - set(renamed.values())
    for name in sorted(arrived):
        if new[name].kind != "alias":
            yield Change("schema-added", name)


def with_new_names(definition: Definition, renamed: Mapping[str, str]) -> Definition:
    """Return an old definition that speaks of others by their new names."""
    if not renamed:
        return definition

    def named(name: str) -> str:
        return renamed.get(name, name)

    return attrs.evolve(
        definition,
        name=named(definition.name),
        fields={key: member_with_names(field, named) for key, field in definition.fields.items()},
        extra=with_names(definition.extra, named),
        shape=with_names(definition.shape, named),
    )


def _compare(old: Definition, new: Definition, directions: frozenset[Direction]) -> Iterator[Change]:
    if old.kind != new.kind:
        yield Change("schema-kind-changed", new.name, before=old.kind, after=new.kind)
        return
    yield from members.compare_notes("schema", new.name, old.notes, new.notes)
    yield from members.compare_field_shapes(new.name, old.shape, new.shape, directions)
    for value in sorted(old.values - new.values):
        yield Change("enum-value-removed", new.name, before=value)
    for value in sorted(new.values - old.values):
        yield Change("enum-value-added", new.name, after=value)
    yield from _compare_fields(old, new, directions)
    yield from _compare_extra(old, new, directions)


def _compare_fields(old: Definition, new: Definition, directions: frozenset[Direction]) -> Iterator[Change]:
    for name, field in old.fields.items():
        where = f"{new.name}.{name}"
        if name in new.fields:
            yield from members.compare_field(where, field, new.fields[name], directions)
        else:
            yield members.removed("field", where, field, members.renamed(field, old.fields, new.fields))
    for name, field in new.fields.items():
        if name not in old.fields:
            yield members.added("field", f"{new.name}.{name}", field, directions)
    if Direction.REQUEST in directions:
        for name in sorted(new.demanded - old.demanded - old.fields.keys()):
            yield Change("required-field-added", f"{new.name}.{name}", "required, and no field of its own")
        for name in sorted(old.demanded - new.demanded - new.fields.keys()):
            yield Change("request-field-made-optional", f"{new.name}.{name}")


def _compare_extra(old: Definition, new: Definition, directions: frozenset[Direction]) -> Iterator[Change]:
    """Fields without a name: a closed object still hands out those that come, as it did before."""
    for direction in sorted(directions, key=str):
        before, after = old.extra, new.extra
        if direction is Direction.RESPONSE:
            before, after = before or ANY, after or ANY
        where = f"{new.name}.additional_properties"
        yield from members.compare_field_shapes(where, before, after, frozenset({direction}))
