"""The names that the generator gives to classes, functions and modules."""

from __future__ import annotations

from functools import cache

from openapi_python_client.strings import ClassName, PythonIdentifier, pascal_case

from tools.compiler.names import CLASSES_IN_USE

_CLASS_PREFIX = "field_"


@cache
def class_name(name: str, parent: str = "") -> str:
    """Return the class of a schema: its own name behind the class that it is in, and never its title."""
    joined = f"{pascal_case(parent)}{pascal_case(name)}" if parent else name
    given = str(ClassName(joined, _CLASS_PREFIX))
    return f"{given}_" if given in CLASSES_IN_USE else given


@cache
def operation_name(operation_id: str) -> str:
    """Return the module of an operation."""
    return str(PythonIdentifier(operation_id, _CLASS_PREFIX))


def default_operation_id(path: str, method: str) -> str:
    """Return the id of an operation that has none of its own."""
    return f"{method}_{path.replace('{', '').replace('}', '').replace('/', '_').strip('_')}"


@cache
def tag_name(tag: str) -> str:
    """Return the package that an operation's module is in."""
    return str(PythonIdentifier(tag, "tag"))
