"""Unions of objects: which member a received object is."""

from collections.abc import Sequence
from typing import NamedTuple

from tools.compiler import kinds
from tools.compiler.kinds import Model, Property
from tools.compiler.literals import text


class Tag(NamedTuple):
    """The property that tells the members of a union apart."""

    name: str
    values: tuple[tuple[Model, tuple[str | int, ...]], ...]
    """Each tagged member with the values that name it."""
    other: Model | None
    """The member for every other value: its tag is a plain string."""


def find_tag(members: Sequence[Model]) -> Tag | None:
    """Return the first property whose constants or enums differ in all members (one may be open).

    A property that every member requires is preferred.
    """
    known = [{text(field.name): field for field in kinds.fields(member)} for member in members]
    names = [name for name in known[0] if all(name in each for each in known)]
    tags = [tag for name in names if (tag := _tag(name, members, [each[name] for each in known]))]
    return min(tags, key=lambda tag: not all(each[tag.name].required for each in known), default=None)


def _tag(name: str, members: Sequence[Model], own: Sequence[Property]) -> Tag | None:
    values: list[tuple[Model, tuple[str | int, ...]]] = []
    other: Model | None = None
    for member, field in zip(members, own, strict=True):
        if found := tag_values(field):
            values.append((member, found))
        elif isinstance(field, kinds.String) and other is None:
            other = member
        else:
            return None
    listed = [value for _, found in values for value in found]
    return Tag(name, tuple(values), other) if values and len({*listed}) == len(listed) else None


def tag_values(field: Property) -> tuple[str | int, ...]:
    """Return the values that a constant or an enum allows; none for any other property."""
    if isinstance(field, kinds.Constant) and isinstance(field.value.raw_value, str | int):
        return (field.value.raw_value,)
    if isinstance(field, kinds.Enum):
        return tuple(sorted(field.values, key=str))
    return ()
