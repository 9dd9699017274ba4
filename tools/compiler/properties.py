"""The generator's properties: their classes, which it keeps in a module each, and the ways through them."""

from collections.abc import Iterator, Mapping

from openapi_python_client.parser.properties import AnyProperty, LiteralEnumProperty, ModelProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol as Property
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.parser.properties.uuid import UuidProperty

__all__ = [
    "AnyProperty", "BooleanProperty", "ConstProperty", "DateProperty", "DateTimeProperty", "FileProperty",
    "ListProperty", "LiteralEnumProperty", "ModelProperty", "Models", "NoneProperty", "Property",
    "StringProperty", "UnionProperty", "UuidProperty", "every", "fields", "flatten", "items_of", "parts",
]  # fmt: skip

Models = Mapping[str, ModelProperty]
"""The models of the package by class name. Wherever else the generator mentions a model, it may hold an
unfinished copy."""


def flatten(*properties: Property) -> Iterator[Property]:
    """Yield the members of unions, of unions within them, and so on."""
    for prop in properties:
        if isinstance(prop, UnionProperty):
            yield from flatten(*prop.inner_properties)
        else:
            yield prop


def items_of(*properties: Property) -> Iterator[Property]:
    """Yield what the items of those that are lists may be."""
    yield from flatten(*(prop.inner_property for prop in properties if isinstance(prop, ListProperty)))


def every(*properties: Property) -> Iterator[Property]:
    """Yield each property and all within it: the members of unions and the items of lists, to any depth."""
    for prop in properties:
        yield prop
        if isinstance(prop, ListProperty):
            yield from every(prop.inner_property)
        elif isinstance(prop, UnionProperty):
            yield from every(*prop.inner_properties)


def fields(model: ModelProperty) -> list[Property]:
    """Return the properties of a model, required ones first."""
    return [*(model.required_properties or ()), *(model.optional_properties or ())]


def parts(model: ModelProperty) -> list[Property]:
    """Return the properties of a model, and what those that it does not name hold."""
    extras = model.additional_properties
    return [*fields(model), *([] if extras is None else [extras])]
