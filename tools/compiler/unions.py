"""Unions of objects: which member a received object is."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from openapi_python_client.parser.properties import LiteralEnumProperty, ModelProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol as Property
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty

from tools.compiler.literals import text

Models = Mapping[str, ModelProperty]
"""The models of the package by class name. Wherever else the generator mentions a model, it may hold an
unfinished copy."""


class Tag(NamedTuple):
    """The property that tells the members of a union apart."""

    name: str
    values: tuple[tuple[ModelProperty, tuple[str | int, ...]], ...]
    """Each tagged member with the values that name it."""
    other: ModelProperty | None
    """The member for every other value: its tag is a plain string."""


def flatten(*properties: Property) -> Iterator[Property]:
    """Yield the members of unions, of unions within them, and so on."""
    for prop in properties:
        if isinstance(prop, UnionProperty):
            yield from flatten(*prop.inner_properties)
        else:
            yield prop


def fields(model: ModelProperty) -> list[Property]:
    """Return the properties of a model, required ones first."""
    return [*(model.required_properties or ()), *(model.optional_properties or ())]


def find_tag(members: Sequence[ModelProperty]) -> Tag | None:
    """Return the first property whose constants or enums differ in all members (one may be open).

    A property that every member requires is preferred.
    """
    tags = [tag for field in fields(members[0]) if (tag := _tag(text(field.name), members))]
    return min(tags, key=lambda tag: not _is_required(tag.name, members), default=None)


def _tag(name: str, members: Sequence[ModelProperty]) -> Tag | None:
    values: list[tuple[ModelProperty, tuple[str | int, ...]]] = []
    other: ModelProperty | None = None
    seen: set[str | int] = set()
    for member in members:
        field = _field(member, name)
        own = tag_values(field)
        if own:
            if seen.intersection(own):
                return None
            seen.update(own)
            values.append((member, own))
        elif isinstance(field, StringProperty) and other is None:
            other = member
        else:
            return None
    return Tag(name, tuple(values), other) if values else None


def tag_values(field: Property | None) -> tuple[str | int, ...]:
    """Return the values that a constant or an enum allows; none for any other property."""
    if isinstance(field, ConstProperty) and isinstance(field.value.raw_value, str | int):
        return (field.value.raw_value,)
    if isinstance(field, LiteralEnumProperty):
        return tuple(sorted(field.values, key=str))
    return ()


def _field(model: ModelProperty, name: str) -> Property | None:
    return next((field for field in fields(model) if text(field.name) == name), None)


def _is_required(name: str, members: Sequence[ModelProperty]) -> bool:
    return all((field := _field(member, name)) is not None and field.required for member in members)
