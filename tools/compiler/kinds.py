"""The types of values: of the kinds of which they are, and as annotations of the generated code."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

from tools.compiler.literals import literal


class Kind(NamedTuple):
    """One of the kinds of values that a type allows.

    `name` is a type of JSON Schema, a format of text that Python has a type for, or else `any`, `const`,
    `model` or `enum`. `value` is the constant or the name of the class, `items` what an array holds, `known`
    the values of a constant or an enum as JSON, sorted.
    """

    name: str
    value: Any = ""  # of any type that a constant may have
    items: tuple["Kind", ...] = ()
    known: tuple[str, ...] = ()


Type: TypeAlias = tuple[Kind, ...]
"""The kinds of values that are allowed: each once, in the order of the document."""

TYPED_FORMATS = {"date-time": "datetime.datetime", "date": "datetime.date", "uuid": "UUID", "binary": "str"}
_ANNOTATIONS = {
    "any": "Any",
    "null": "None",
    "boolean": "bool",
    "integer": "int",
    "number": "float",
    "string": "str",
    **TYPED_FORMATS,
}


def every(*types: Iterable[Kind]) -> Iterator[Kind]:
    """Yield each kind and all within it: the items of arrays, to any depth."""
    for kind in (kind for each in types for kind in each):
        yield kind
        yield from every(kind.items)


def items_of(kinds: Iterable[Kind]) -> Type:
    """Return what the items of those that are arrays may be, each once."""
    return distinct(item for kind in kinds for item in kind.items)


def model_of(allowed: Type) -> str:
    """Return the model that every value is; empty where there is none."""
    return str(allowed[0].value) if len(allowed) == 1 and allowed[0].name == "model" else ""


def distinct(kinds: Iterable[Kind]) -> Type:
    """Return each kind once. The constants 1 and true are two, since they are in JSON."""
    return tuple(dict.fromkeys(kinds))


def annotation(allowed: Type, *, files: bool = False) -> str:
    """Return the type as documented; `files` says that binary strings are files."""
    return union(_annotation(kind, files=files) for kind in allowed)


def union(types: Iterable[str]) -> str:
    """Return the union of annotations: each once, in the order given, None last."""
    return " | ".join(sorted(dict.fromkeys(types), key=lambda kind: kind == "None"))


def or_none(kind: str) -> str:
    """Return the union of an annotation and None."""
    return kind if kind.split(" | ")[-1] == "None" else f"{kind} | None"


def _annotation(kind: Kind, *, files: bool) -> str:
    match kind.name:
        case "model" | "enum":
            return str(kind.value)
        case "array":
            return f"list[{annotation(kind.items, files=files)}]"
        case "const":
            return f"Literal[{literal(kind.value)}]"
        case "binary" if files:
            return "File"
        case _:
            return _ANNOTATIONS[kind.name]
