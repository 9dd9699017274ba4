"""The kinds of the generator's properties, which it keeps in a module each, and the ways through them."""

from collections.abc import Iterator, Mapping

from openapi_python_client.parser.properties import AnyProperty as Any
from openapi_python_client.parser.properties import LiteralEnumProperty as Enum
from openapi_python_client.parser.properties import ModelProperty as Model
from openapi_python_client.parser.properties.boolean import BooleanProperty as Boolean
from openapi_python_client.parser.properties.const import ConstProperty as Constant
from openapi_python_client.parser.properties.date import DateProperty as Date
from openapi_python_client.parser.properties.datetime import DateTimeProperty as DateTime
from openapi_python_client.parser.properties.file import FileProperty as File
from openapi_python_client.parser.properties.list_property import ListProperty as List
from openapi_python_client.parser.properties.none import NoneProperty as Null
from openapi_python_client.parser.properties.protocol import PropertyProtocol as Property
from openapi_python_client.parser.properties.string import StringProperty as String
from openapi_python_client.parser.properties.union import UnionProperty as Union
from openapi_python_client.parser.properties.uuid import UuidProperty as Uuid

__all__ = [
    "Any", "Boolean", "Constant", "Date", "DateTime", "Enum", "File", "List", "Model", "Models", "Null",
    "Property", "String", "Union", "Uuid", "every", "fields", "flatten", "items_of", "parts",
]  # fmt: skip

Models = Mapping[str, Model]
"""The models of the package by class name. Wherever else the generator mentions a model, it may hold an
unfinished copy."""


def flatten(*properties: Property) -> Iterator[Property]:
    """Yield the members of unions, of unions within them, and so on."""
    for prop in properties:
        if isinstance(prop, Union):
            yield from flatten(*prop.inner_properties)
        else:
            yield prop


def items_of(*properties: Property) -> Iterator[Property]:
    """Yield what the items of those that are lists may be."""
    yield from flatten(*(prop.inner_property for prop in properties if isinstance(prop, List)))


def every(*properties: Property) -> Iterator[Property]:
    """Yield each property and all within it: the members of unions and the items of lists, to any depth."""
    for prop in properties:
        yield prop
        if isinstance(prop, List):
            yield from every(prop.inner_property)
        elif isinstance(prop, Union):
            yield from every(*prop.inner_properties)


def fields(model: Model) -> list[Property]:
    """Return the properties of a model, required ones first."""
    return [*(model.required_properties or ()), *(model.optional_properties or ())]


def parts(model: Model) -> list[Property]:
    """Return the properties of a model, and what those that it does not name hold."""
    extras = model.additional_properties
    return [*fields(model), *([] if extras is None else [extras])]
