"""The type of a value as users of the generated code meet it, and what another type means to them.

Models and enums are alternatives by name: what is inside them is compared once, where they are defined, so
shapes stay small and recursive schemas end.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias

from tools.compiler.desugar.values import kind_of
from tools.compiler.kinds import Kind

Direction: TypeAlias = Literal["request", "response"]
Shape: TypeAlias = frozenset[Kind]
"""The alternatives of a type, in no order; the items of arrays are in one of their own."""

ANY: Shape = frozenset({Kind("any")})
NOTHING: Shape = frozenset()


def shape_of(allowed: Iterable[Kind], names: Mapping[str, str]) -> Shape:
    """Return the shape of a type; `names` are what classes are to be called instead."""
    shape = frozenset(
        kind._replace(
            value=names.get(kind.value, kind.value) if kind.name in ("model", "enum") else kind.value,
            items=tuple(sorted(shape_of(kind.items, names), key=repr)),
        )
        for kind in allowed
    )
    return ANY if ANY.issubset(shape) else shape


def describe(shape: Iterable[Kind]) -> str:
    """Return the shape in words, the same whatever order its alternatives were written in; null last."""
    told = {_described(kind) for kind in shape}
    return " | ".join(sorted(told, key=lambda name: (name == "null", name))) or "nothing"


def _described(kind: Kind) -> str:
    match kind.name:
        case "array":
            return f"array of {describe(kind.items)}"
        case "model" | "enum":
            return str(kind.value)
        case "const":
            return kind.known[0]
        case name:
            return name


def json_text(value: Any) -> str:
    """Return a value as JSON with sorted keys, so that equal values read the same."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def verdict(old: Shape, new: Shape, direction: Direction) -> str:
    """Return what a new type means to callers who know the old one; empty where it means nothing.

    Callers who send are hurt by what is lost, callers who receive by what is gained, unless an open enum had
    announced it.
    """
    lost = any(not _takes(new, kind) for kind in old)
    gained = any(not _takes(old, kind) for kind in new)
    announced = direction == "response" and all(_takes(old, kind, enums_open=True) for kind in new)
    if gained and not announced:
        return "type-changed" if lost else "type-widened"
    if lost:
        return "type-narrowed"
    return "values-widened" if gained else ""


def _takes(shape: Iterable[Kind], kind: Kind, *, enums_open: bool = False) -> bool:
    """Whether every value of a kind has a place in a shape."""
    shape = frozenset(shape)
    if kind in shape or shape >= ANY:
        return True
    if kind.name == "array":
        return any(
            known.name == "array"
            and all(_takes(known.items, item, enums_open=enums_open) for item in kind.items)
            for known in shape
        )
    types, enums = _json_types(kind), [known for known in shape if known.name == "enum"]
    if enums_open and any(types <= _json_types(known) for known in enums):
        return True
    if not kind.known:
        return kind.name == "integer" and Kind("number") in shape
    return (
        all(_takes(shape, Kind(name)) for name in types)
        or {*kind.known}.issubset(value for known in shape for value in known.known)
        or any((known.value, _json_types(known)) == (kind.value, types) for known in enums)
    )


def _json_types(kind: Kind) -> set[str]:
    return {kind_of(json.loads(value)) for value in kind.known} or {kind.name}
