"""The parameters of an operation, and how each is written on the wire."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen
from openapi_python_client.parser.openapi import Endpoint

from tools.compiler import kinds
from tools.compiler.dictionaries import Dictionaries
from tools.compiler.kinds import Property
from tools.compiler.literals import literal, text
from tools.compiler.media import is_switch


@frozen
class Parameter:
    """A parameter. `key` and `expression`, its value on the wire, are code."""

    name: str
    python_name: str
    location: str
    annotation: str
    required: bool
    nullable: bool
    key: str
    expression: str
    description: str
    is_switch: bool

    @property
    def guard(self) -> str:
        """The condition under which it is sent; empty if always."""
        absent = [] if self.required else [f"not isinstance({self.python_name}, Unset)"]
        return " and ".join([*absent, *([f"{self.python_name} is not None"] if self.nullable else [])])


def parameters(
    endpoint: Endpoint, operation: Mapping[str, Any], dictionaries: Dictionaries
) -> tuple[Parameter, ...]:
    """In the order of the document."""
    written = {(entry["in"], entry["name"]): entry for entry in operation.get("parameters", ())}
    return tuple(
        _parameter(prop, str(location.value), written[str(location.value), text(prop.name)], dictionaries)
        for location, prop in endpoint.iter_all_parameters()
    )


def _parameter(
    prop: Property, location: str, written: Mapping[str, Any], dictionaries: Dictionaries
) -> Parameter:
    location = str(written.get("x-in", location))
    name = str(written.get("x-name", text(prop.name)))
    return Parameter(
        name=name,
        python_name=prop.python_name,
        location=location,
        annotation=dictionaries.wide(prop),
        required=prop.required,
        nullable=any(isinstance(member, kinds.Null) for member in kinds.flatten(prop)),
        key=literal(name),
        expression=_on_the_wire(str(prop.python_name), literal(name), location, written),
        description=str(written.get("description") or ""),
        is_switch=location == "query" and is_switch(prop),
    )


def _on_the_wire(value: str, name: str, location: str, written: Mapping[str, Any]) -> str:
    style = written.get("style") or ("form" if location in ("query", "cookie") else "simple")
    explode = written.get("explode", style == "form") is True
    as_json = "content" in written
    if location == "query":
        if as_json:
            return f"_serialization.query({name}, {value}, style='json')"
        styled = f", style={literal(style)}" if style != "form" else ""
        return f"_serialization.query({name}, {value}{styled}{'' if explode else ', explode=False'})"
    if as_json:
        text_of = f"_serialization.json_text({value})"
        return f"_serialization.path({text_of})" if location == "path" else text_of
    if location == "cookie":
        return value
    exploded = ", explode=True" if explode else ""
    if style in ("label", "matrix"):
        return f"_serialization.prefixed({name}, {value}, style={literal(style)}{exploded})"
    function = "path" if location == "path" else "simple"
    return f"_serialization.{function}({value}{exploded})"


def url(path: str, parameters: Sequence[Parameter]) -> str:
    """Return the path as a concatenation of literals and escaped parameters."""
    by_name = {f"{{{p.name}}}": p.expression for p in parameters if p.location == "path"}
    names = "|".join(map(re.escape, by_name))
    found = re.split(f"({names})", path) if names else [path]
    return " + ".join(by_name.get(part) or literal(part) for part in found if part)
