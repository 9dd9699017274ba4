"""The parameters of an operation, and how each is written on the wire."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from tools.compiler import names
from tools.compiler.dictionaries import Dictionaries
from tools.compiler.kinds import Type
from tools.compiler.literals import literal
from tools.compiler.media import STREAM_SWITCH
from tools.compiler.walk import Operation

_LOCATIONS = ("path", "query", "header", "cookie")


@frozen
class Parameter:
    """A parameter; `expression` is the code of its value on the wire."""

    name: str
    python_name: str
    location: str
    type: Type
    annotation: str
    required: bool
    expression: str
    description: str

    @property
    def guard(self) -> str:
        """The condition under which it is sent; empty if always."""
        nullable = any(kind.name == "null" for kind in self.type)
        absent = [] if self.required else [f"not isinstance({self.python_name}, Unset)"]
        return " and ".join([*absent, *([f"{self.python_name} is not None"] if nullable else [])])

    @property
    def is_switch(self) -> bool:
        """Whether it asks for the answer as a stream, if its operation has one."""
        return self.location == "query" and is_switch(self.name, self.type)


def parameters(found: Operation, dictionaries: Dictionaries, prefix: str) -> tuple[Parameter, ...]:
    """Return those of the path, in its order, of the query, of headers and of cookies."""
    written = sorted(
        found.node.get("parameters", ()),
        key=lambda entry: (_LOCATIONS.index(entry["in"]), found.path.find(f"{{{entry['name']}}}")),
    )
    types = [dictionaries.classes.type_of(entry["schema"]) for entry in written]
    python_names = names.of_parameters([(entry["in"], entry["name"]) for entry in written], prefix)
    dictionaries.reach(*types)
    return tuple(
        Parameter(
            name=entry["name"],
            python_name=python_name,
            location=entry["in"],
            type=allowed,
            annotation=dictionaries.wide(allowed),
            required=entry.get("required") is True or entry["in"] == "path",
            expression=_on_the_wire(python_name, literal(entry["name"]), entry["in"], entry),
            description=entry.get("description") or "",
        )
        for entry, allowed, python_name in zip(written, types, python_names, strict=True)
    )


def is_switch(name: str, allowed: Type) -> bool:
    """Whether what goes by a name asks for the answer as a stream."""
    return name == STREAM_SWITCH and any(kind.name == "boolean" for kind in allowed)


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
