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
    is_required: bool
    """Whether every member requires it."""


def find_tag(members: Sequence[Model]) -> Tag | None:
    """Return the first property whose constants or enums differ in all members (one may be open).

    A property that every member requires is preferred.
    """
    tags = [tag for field in kinds.fields(members[0]) if (tag := _tag(text(field.name), members))]
    return min(tags, key=lambda tag: not tag.is_required, default=None)


def _tag(name: str, members: Sequence[Model]) -> Tag | None:
    values: list[tuple[Model, tuple[str | int, ...]]] = []
    other: Model | None = None
    is_required = True
    for member in members:
        field = next((field for field in kinds.fields(member) if text(field.name) == name), None)
        if field is None:
            return None
        if own := tag_values(field):
            values.append((member, own))
        elif isinstance(field, kinds.String) and other is None:
            other = member
        else:
            return None
        is_required &= field.required
    listed = [value for _, own in values for value in own]
    differ = listed and len({*listed}) == len(listed)
    return Tag(name, tuple(values), other, is_required) if differ else None


def tag_values(field: Property) -> tuple[str | int, ...]:
    """Return the values that a constant or an enum allows; none for any other property."""
    if isinstance(field, kinds.Constant) and isinstance(field.value.raw_value, str | int):
        return (field.value.raw_value,)
    if isinstance(field, kinds.Enum):
        return tuple(sorted(field.values, key=str))
    return ()
