"""Unions of objects: which member a received object is."""

from collections.abc import Collection
from typing import Any


def choose(
    value: Any, *members: tuple[Any, Collection[str], Collection[str], tuple[tuple[str, Any], ...]]
) -> Any:
    """Return `value` as the member that it fits best, or as received where none does or two do alike.

    A member is its class, the keys that it requires, its other keys, and its constants. It fits where all that it
    requires is there and no constant differs. The best is the one that knows the most keys of the value, then the
    one that requires the most.
    """
    if value.__class__ is not dict:
        return value
    best, found, alike = (-1, -1), None, False
    for model, required, other, constants in members:
        if all(key in value for key in required) and all(
            value.get(key, constant) == constant for key, constant in constants
        ):
            score = (len(required) + sum(key in value for key in other), len(required))
            alike = score == best or (alike and score < best)
            if score > best:
                best, found = score, model
    return value if found is None or alike else found.from_dict(value)


def untyped(value: Any) -> Any:
    """Return `value`, whose parts type checkers cannot tell apart."""
    return value
