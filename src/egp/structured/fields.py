"""The types inside a type, with the names by which people know them."""

from __future__ import annotations

import dataclasses
import inspect
import types
import typing
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    NamedTuple,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "Part",
    "description_of",
    "has_fields",
    "metadata_of",
    "module_of",
    "offending_part",
    "parts_of",
    "types_in",
]


# Of attrs, msgspec, pydantic and NamedTuple.
_MARKS = ("__attrs_attrs__", "__struct_fields__", "model_fields", "_field_defaults")


class Part(NamedTuple):
    """A type inside another."""

    place: str
    """Where it stands: `.price` for a field, `[]` for items, `{}` for values; empty in a union."""
    type: Any


def parts_of(type_: Any) -> list[Part]:
    """Return the types that a type is made of, one level down.

    Raises:
        NameError: an annotation names something that is not there.
    """
    origin = get_origin(type_)
    if origin is Annotated or origin in (typing.Required, typing.NotRequired, typing.Final, typing.ClassVar):
        return [Part("", get_args(type_)[0])]
    if origin in (Union, types.UnionType):
        return [Part("", member) for member in get_args(type_)]
    for mark in ("__value__", "__supertype__"):
        # An alias of `type X = …`, and a NewType.
        if hasattr(type_, mark):
            return [Part("", getattr(type_, mark))]
    cls = origin or type_
    if has_fields(cls):
        return _fields_of(cls, get_args(type_))
    if not isinstance(cls, type) or origin is None:
        return []
    arguments = [argument for argument in get_args(type_) if argument is not Ellipsis]
    if issubclass(cls, tuple):
        return [Part(f"[{index}]", argument) for index, argument in enumerate(arguments)]
    if len(arguments) == 2:
        return [Part("{}", argument) for argument in arguments]
    return [Part("[]", argument) for argument in arguments]


def has_fields(cls: Any) -> bool:
    """Return whether a class has named fields: of any of the kinds that become JSON objects or rows."""
    return inspect.isclass(cls) and (
        dataclasses.is_dataclass(cls)
        or typing.is_typeddict(cls)
        or any(hasattr(cls, mark) for mark in _MARKS)
    )


def types_in(type_: Any) -> Iterator[Any]:
    """Give a type and every type inside it, each once."""
    waiting, seen = [type_], list[Any]()
    while waiting:
        each = waiting.pop()
        # Types are compared by identity or equality; some of them cannot be hashed.
        if any(each is known or each == known for known in seen):
            continue
        seen.append(each)
        yield each
        waiting.extend(part.type for part in parts_of(each))


def metadata_of(hint: Any) -> tuple[Any, ...]:
    """Return what an annotation says beside the type."""
    while get_origin(hint) in (typing.Required, typing.NotRequired):
        hint = get_args(hint)[0]
    return tuple(hint.__metadata__) if get_origin(hint) is Annotated else ()


def description_of(hint: Any) -> str | None:
    """Return the text that an annotation describes a field with: `Annotated[str, "…"]` or `Doc("…")`."""
    for each in metadata_of(hint):
        text = each if isinstance(each, str) else getattr(each, "documentation", None)
        if isinstance(text, str):
            return text
    return None


def module_of(value: Any) -> str:
    """Return the package that a class, or the class of a value, comes from."""
    cls = value if isinstance(value, type) else type(value)
    return cls.__module__.partition(".")[0]


def offending_part(type_: Any, is_supported: Callable[[Any], bool]) -> Part:
    """Return the innermost type that is not supported, and its place in `type_`."""
    culprit, seen = Part("", type_), list[Any]()
    while True:
        seen.append(culprit.type)
        for part in parts_of(culprit.type):
            if part.type not in seen and not is_supported(part.type):
                culprit = Part(culprit.place + part.place, part.type)
                break
        else:
            return culprit


def _fields_of(cls: type, arguments: tuple[Any, ...]) -> list[Part]:
    hints = get_type_hints(cls, include_extras=True)
    names = _field_names(cls)
    given = dict(zip(getattr(cls, "__parameters__", ()), arguments, strict=False))
    return [Part(f".{name}", _substituted(hints[name], given)) for name in names if name in hints]


def _field_names(cls: Any) -> list[str]:
    for mark in ("__struct_fields__", "_fields", "model_fields", "__dataclass_fields__"):
        if hasattr(cls, mark):
            return list(getattr(cls, mark))
    if hasattr(cls, "__attrs_attrs__"):
        return [attribute.name for attribute in cls.__attrs_attrs__]
    return list(get_type_hints(cls))


def _substituted(hint: Any, given: dict[Any, Any]) -> Any:
    if isinstance(hint, TypeVar):
        return given.get(hint, hint)
    parameters = getattr(hint, "__parameters__", ())
    if not given or not parameters or isinstance(hint, type):
        return hint
    return hint[tuple(given.get(parameter, parameter) for parameter in parameters)]
