"""Unions of objects: which member a received object is."""

from collections.abc import Sequence
from typing import NamedTuple

from tools.compiler.classes import Model
from tools.compiler.kinds import Kind


class Tag(NamedTuple):
    """The property that tells the members of a union apart."""

    name: str
    values: tuple[tuple[Model, tuple[str | int, ...]], ...]
    """Each tagged member with the values that name it."""
    other: Model | None
    """The member for every other value: its tag is a plain string."""
    is_required: bool
    """Whether every member requires it."""


def find_tag(members: Sequence[Model]) -> Tag | None:
    """Return the first property whose constants or enums differ in all members (one may be open).

    A property that every member requires is preferred.
    """
    tags = [tag for field in members[0].fields if (tag := _tag(field.name, members))]
    return min(tags, key=lambda tag: not tag.is_required, default=None)


def _tag(name: str, members: Sequence[Model]) -> Tag | None:
    values: list[tuple[Model, tuple[str | int, ...]]] = []
    other: Model | None = None
    is_required = True
    for member in members:
        field = next((field for field in member.fields if field.name == name), None)
        if field is None:
            return None
        if field.values:
            values.append((member, field.values))
        elif field.type == (Kind("string"),) and other is None:
            other = member
        else:
            return None
        is_required &= field.required
    listed = [value for _, own in values for value in own]
    differ = listed and len({*listed}) == len(listed)
    return Tag(name, tuple(values), other, is_required) if differ else None
