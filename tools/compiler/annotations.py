"""Type annotations of the generated code."""

from collections.abc import Iterable

from openapi_python_client.parser.properties import LiteralEnumProperty, ModelProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol as Property
from openapi_python_client.parser.properties.uuid import UuidProperty

from tools.compiler.literals import literal
from tools.compiler.unions import flatten


def annotation(prop: Property, *, files: bool = False) -> str:
    """Return the type of a value of `prop`, as documented; `files` says that binary strings are files."""
    return union(annotations(prop, files=files))


def annotations(prop: Property, *, files: bool = False) -> list[str]:
    """Return the types of which `annotation` makes a union."""
    return [_single(member, files=files) for member in flatten(prop)]


def union(types: Iterable[str]) -> str:
    """Return the union of `types`: each once, in the order given, None last."""
    return " | ".join(sorted(dict.fromkeys(types), key=lambda kind: kind == "None"))


def _single(prop: Property, *, files: bool) -> str:
    match prop:
        case ModelProperty() | LiteralEnumProperty():
            return str(prop.class_info.name)
        case ListProperty():
            return f"list[{annotation(prop.inner_property, files=files)}]"
        case ConstProperty():
            return constant(prop)
        case FileProperty():
            return "File" if files else "str"
        case DateProperty():
            return "datetime.date"
        case UuidProperty():
            return "UUID"
        case _:
            return prop.get_type_string(no_optional=True).as_unembedded_code()


def constant(prop: ConstProperty) -> str:
    """Return the type of a constant. There are no literal types of floating-point numbers."""
    value = prop.value.raw_value
    return "float" if isinstance(value, float) else f"Literal[{literal(value)}]"


def classes(*properties: Property) -> tuple[dict[str, str], dict[str, str]]:
    """Return the models and the enums that `properties` mention, as class name → module name."""
    models: dict[str, str] = {}
    enums: dict[str, str] = {}
    for prop in flatten(*properties):
        if isinstance(prop, ModelProperty):
            models[prop.class_info.name] = prop.class_info.module_name
        elif isinstance(prop, LiteralEnumProperty):
            enums[prop.class_info.name] = prop.class_info.module_name
        elif isinstance(prop, ListProperty):
            inner = classes(prop.inner_property)
            models |= inner[0]
            enums |= inner[1]
    return models, enums
