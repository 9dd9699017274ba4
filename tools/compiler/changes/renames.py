"""Finds what has only changed its name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

import attrs

from tools.compiler.changes.shape import Alias, Array, Atom, Enum, Model, Shape, describe
from tools.compiler.changes.surface import Definition, Member, Operation


def renamed_definitions(old: Mapping[str, Definition], new: Mapping[str, Definition]) -> dict[str, str]:
    """Return the definitions that come back by one other name, alike in all else: old name to new."""
    gone = {name: old[name] for name in old.keys() - new.keys() if old[name].kind != "alias"}
    come = {name: new[name] for name in new.keys() - old.keys() if new[name].kind != "alias"}
    before = _by_looks(gone)
    after = _by_looks(come)
    return {
        names[0]: after[looks][0]
        for looks, names in before.items()
        if len(names) == 1 and len(after.get(looks, ())) == 1
    }


def renamed_operations(old: Mapping[str, Operation], new: Mapping[str, Operation]) -> dict[str, str]:
    """Return the operations that keep their method and path under another name: old name to new."""
    come = {(new[name].method, new[name].path): name for name in new.keys() - old.keys()}
    gone = {name: (old[name].method, old[name].path) for name in old.keys() - new.keys()}
    return {name: come[place] for name, place in gone.items() if place in come}


def _by_looks(definitions: Mapping[str, Definition]) -> dict[tuple[object, ...], list[str]]:
    """Return the names by what is behind them. Names that are themselves in question read as one mark."""
    found: defaultdict[tuple[object, ...], list[str]] = defaultdict(list)

    def masked(name: str) -> str:
        return "?" if name in definitions else name

    for name, definition in sorted(definitions.items()):
        fields = tuple(
            (key, describe(with_names(field.shape, masked)), field.required, field.default)
            for key, field in sorted(definition.fields.items())
        )
        extra = describe(with_names(definition.extra, masked))
        found[(definition.kind, fields, extra, definition.values)].append(name)
    return dict(found)


def with_names(shape: Shape, named: Callable[[str], str]) -> Shape:
    """Return the shape with its definitions by other names."""
    return frozenset(_with_name(atom, named) for atom in shape)


def _with_name(atom: Atom, named: Callable[[str], str]) -> Atom:
    if isinstance(atom, Array):
        return Array(with_names(atom.items, named))
    if isinstance(atom, Model | Enum | Alias):
        return attrs.evolve(atom, name=named(atom.name))
    return atom


def member_with_names(member: Member, named: Callable[[str], str]) -> Member:
    """Return the member with the definitions of its shape by other names."""
    return attrs.evolve(member, shape=with_names(member.shape, named))
