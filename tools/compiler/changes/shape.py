"""The type of a value as users of the generated code meet it, and what another type means to them.

A shape is a set of alternatives. Models and enums are alternatives by name: what is inside them is compared
once, where they are defined, so shapes stay small and recursive schemas end.
"""

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import attrs

Direction: TypeAlias = Literal["request", "response"]


@attrs.frozen
class Atom:
    """One alternative of a shape.

    `kind` is `scalar` (a JSON type, or a string format that has a Python type of its own), `const` (one value
    and no other), `enum` (known values that stay open), `model` (a class) or `array`. `values` are JSON, and
    `types` are their JSON types.
    """

    kind: str
    name: str = ""
    types: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()
    items: frozenset["Atom"] = frozenset()


Shape: TypeAlias = frozenset[Atom]


def scalar(name: str) -> Shape:
    """Return the shape of a plain type."""
    return frozenset({Atom("scalar", name, types=frozenset({name}))})


ANY = scalar("any")
NOTHING: Shape = frozenset()
NULL = scalar("null")


def describe(shape: Shape, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return the shape in words, the same whatever order its alternatives were written in; null last.

    `names` are what definitions are to be called instead.
    """
    told = {
        f"array of {describe(atom.items, names)}" if atom.kind == "array" else names.get(atom.name, atom.name)
        for atom in shape
    }
    return " | ".join(sorted(told, key=lambda name: (name == "null", name))) or "nothing"


def definitions_in(shape: Shape) -> Iterator[str]:
    """Yield the definitions that a shape names."""
    for atom in shape:
        if atom.kind in ("enum", "model"):
            yield atom.name
        yield from definitions_in(atom.items)


def json_text(value: Any) -> str:
    """Return a value as JSON with sorted keys, so that equal values read the same."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def verdict(old: Shape, new: Shape, direction: Direction) -> str:
    """Return what a new type means to callers who know the old one; empty where it means nothing.

    Callers who send are hurt by what is lost, callers who receive by what is gained, unless an open enum had
    announced it.
    """
    lost = any(not _takes(new, atom) for atom in old)
    gained = any(not _takes(old, atom) for atom in new)
    announced = direction == "response" and all(_takes(old, atom, enums_open=True) for atom in new)
    if gained and not announced:
        return "type-changed" if lost else "type-widened"
    if lost:
        return "type-narrowed"
    return "values-widened" if gained else ""


def _takes(shape: Shape, atom: Atom, *, enums_open: bool = False) -> bool:
    """Whether every value of `atom` has a place in `shape`."""
    if atom in shape or shape >= ANY:
        return True
    if atom.kind == "array":
        return any(
            known.kind == "array"
            and all(_takes(known.items, item, enums_open=enums_open) for item in atom.items)
            for known in shape
        )
    enums = [known for known in shape if known.kind == "enum"]
    if enums_open and atom.types and any(atom.types <= known.types for known in enums):
        return True
    if atom.kind == "scalar":
        return atom.name == "integer" and scalar("number") <= shape
    if not atom.values:
        return False
    return (
        all(_takes(shape, plain) for name in atom.types for plain in scalar(name))
        or atom.values <= frozenset().union(*(known.values for known in shape))
        or any((known.name, known.types) == (atom.name, atom.types) for known in enums)
    )
