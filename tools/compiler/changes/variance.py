"""How one shape differs from another for the callers on each side of it."""

from __future__ import annotations

from enum import Enum as Choice

import attrs

from tools.compiler.changes.shape import Array, Atom, Const, Enum, Scalar, Shape


class Direction(Choice):
    """Which way a value travels: from the caller (request) or to the caller (response)."""

    REQUEST = "request"
    RESPONSE = "response"


class Verdict(Choice):
    """What a new shape means to callers who know the old one."""

    SAME = "same"
    WIDENED = "widened"
    NARROWED = "narrowed"
    CHANGED = "changed"
    VALUES_WIDENED = "values-widened"


@attrs.frozen
class Difference:
    """What a new shape no longer takes, and what it takes beyond the old one.

    `surprising` is the part of `gained` that an open enum of the old shape had not announced already.
    """

    lost: Shape
    gained: Shape
    surprising: Shape

    def verdict(self, direction: Direction) -> Verdict:
        """Return the verdict for one direction.

        Callers who send are hurt by what is lost, callers who receive by what is gained.
        """
        gained = self.gained if direction is Direction.REQUEST else self.surprising
        if self.lost and gained:
            return Verdict.CHANGED
        if self.lost:
            return Verdict.NARROWED
        if gained:
            return Verdict.WIDENED
        return Verdict.VALUES_WIDENED if self.gained else Verdict.SAME


def difference(old: Shape, new: Shape) -> Difference:
    """How `new` differs from `old`."""
    return Difference(
        lost=frozenset(atom for atom in old if not _takes(new, atom)),
        gained=frozenset(atom for atom in new if not _takes(old, atom)),
        surprising=frozenset(atom for atom in new if not _takes(old, atom, enums_open=True)),
    )


def _takes(shape: Shape, atom: Atom, *, enums_open: bool = False) -> bool:
    """Whether every value of `atom` has a place in `shape`."""
    if atom in shape or Scalar("any") in shape:
        return True
    if enums_open and any(isinstance(known, Enum) and _types(atom) <= known.types for known in shape):
        return bool(_types(atom))
    match atom:
        case Scalar("integer"):
            return Scalar("number") in shape
        case Const():
            return _takes_values(shape, frozenset({atom.value}), frozenset({atom.type}))
        case Enum():
            return _takes_values(shape, atom.values, atom.types) or any(
                isinstance(known, Enum) and (known.name, known.types) == (atom.name, atom.types)
                for known in shape
            )
        case Array():
            return any(
                isinstance(known, Array)
                and all(_takes(known.items, item, enums_open=enums_open) for item in atom.items)
                for known in shape
            )
        case _:
            return False


def _types(atom: Atom) -> frozenset[str]:
    match atom:
        case Scalar():
            return frozenset({atom.name})
        case Const():
            return frozenset({atom.type})
        case Enum():
            return atom.types
        case _:
            return frozenset()


def _takes_values(shape: Shape, values: frozenset[str], types: frozenset[str]) -> bool:
    if all(_takes(shape, Scalar(name)) for name in types):
        return True
    known: set[str] = set()
    for atom in shape:
        known |= atom.values if isinstance(atom, Enum) else {atom.value} if isinstance(atom, Const) else set()
    return values <= known
