"""The type of a value, as users of the generated code meet it.

A shape is a set of alternatives. Models and enums are alternatives by name: what is inside them is compared
once, where they are defined, so shapes stay small and recursive schemas end.
"""

from __future__ import annotations

import json
from typing import Any, TypeAlias

import attrs


@attrs.frozen
class Scalar:
    """A plain type: a JSON type, or a string format that has a Python type of its own."""

    name: str

    def __str__(self) -> str:
        return self.name


@attrs.frozen
class Const:
    """One value and no other: `Literal["a"]`."""

    value: str
    type: str

    def __str__(self) -> str:
        return self.value


@attrs.frozen
class Enum:
    """A named list of known values that stays open: `Literal["a", "b"] | str`."""

    name: str
    values: frozenset[str]
    types: frozenset[str]

    def __str__(self) -> str:
        return self.name


@attrs.frozen
class Model:
    """A class of `egp_api.models`."""

    name: str

    def __str__(self) -> str:
        return self.name


@attrs.frozen
class Alias:
    """A component without a class, met again inside itself."""

    name: str

    def __str__(self) -> str:
        return self.name


@attrs.frozen
class Array:
    """A list of values of one shape."""

    items: frozenset[Atom]

    def __str__(self) -> str:
        return f"array of {describe(self.items)}"


Atom: TypeAlias = Scalar | Const | Enum | Model | Alias | Array
Shape: TypeAlias = frozenset[Atom]

ANY: Shape = frozenset({Scalar("any")})
NOTHING: Shape = frozenset()
NULL = Scalar("null")


def describe(shape: Shape) -> str:
    """Return the shape in words, the same whatever order its alternatives were written in; null last."""
    names = sorted({str(atom) for atom in shape}, key=lambda name: (name == "null", name))
    return " | ".join(names) or "nothing"


def json_text(value: Any) -> str:
    """Return a value as JSON with sorted keys, so that equal values read the same."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
