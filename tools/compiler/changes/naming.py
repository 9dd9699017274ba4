"""The names of classes, as the generator gives them."""

from __future__ import annotations

from functools import cache

from openapi_python_client.strings import ClassName, pascal_case

from tools.compiler.names import CLASSES_IN_USE


@cache
def class_name(name: str, parent: str = "") -> str:
    """Return the class of a schema: its own name behind the class that it is in, and never its title."""
    joined = f"{pascal_case(parent)}{pascal_case(name)}" if parent else name
    given = str(ClassName(joined, "field_"))
    return f"{given}_" if given in CLASSES_IN_USE else given
