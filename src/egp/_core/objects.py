"""Objects of any make as JSON objects: of pydantic, dataclasses, attrs and msgspec, and what has `to_dict`.

None of these libraries is imported for it: where one of their objects is, its library is loaded already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

from egp._core.json_types import is_array, is_object
from egp._loading import LOADING

__all__ = ["as_object", "has_named_fields", "is_namedtuple"]


def has_named_fields(value: object) -> bool:
    """Return whether a value is an object whose fields have names."""
    return _reader_of(value) is not None


def as_object(value: object) -> dict[Any, Any] | None:
    """Return the fields of an object by their names in JSON, or None for a value that is no object.

    Their values may be objects again. Raises what a method of the object raises.
    """
    read = _reader_of(value)
    return None if read is None else dict(read(value))


def is_namedtuple(value: object) -> bool:
    """Return whether a value is a tuple with named fields: JSON would make an array of it, without names."""
    return isinstance(value, tuple) and hasattr(type(value), "_fields")  # pyright: ignore[reportUnknownArgumentType] - of what does not matter


def _reader_of(value: object) -> Callable[[Any], Mapping[Any, Any]] | None:
    """Return what reads the fields of such a value."""
    if isinstance(value, type):
        return None
    kind = type(value)
    for sign, reader in _READERS.items():
        if hasattr(kind, sign):
            return reader
    return dict if isinstance(value, Mapping) else None


def _of_to_dict(value: Any) -> Mapping[Any, Any]:
    fields: Mapping[Any, Any] = value.to_dict()
    return fields


def _of_model_dump(value: Any) -> Mapping[Any, Any]:
    """Return what it dumps; of a pydantic model, all fields but those that nobody set and that are None."""
    is_pydantic = hasattr(value.__class__, "model_fields")
    dumped: Any = value.model_dump(mode="json", by_alias=True) if is_pydantic else value.model_dump()
    fields: Mapping[Any, Any] = _without_unset(value, dumped)
    return fields


def _without_unset(value: Any, dumped: Any) -> Any:
    if is_array(dumped):
        same = _is_list(value) and len(value) == len(dumped)
        return [_without_unset(*pair) for pair in zip(value, dumped, strict=True)] if same else dumped
    declared: Any = getattr(value.__class__, "model_fields", None)
    if not is_object(dumped) or not is_object(declared):
        return dumped
    for name, field in declared.items():
        key = field.serialization_alias or name
        if key not in dumped:
            continue
        if dumped[key] is None and name not in value.model_fields_set:
            del dumped[key]
        else:
            dumped[key] = _without_unset(getattr(value, name), dumped[key])
    return dumped


def _is_list(value: object) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    return isinstance(value, (list, tuple))


def _of_msgspec(value: Any) -> Mapping[Any, Any]:
    with LOADING:
        import msgspec

    fields: Mapping[Any, Any] = msgspec.to_builtins(value)
    return fields


def _of_dataclass(value: Any) -> Mapping[Any, Any]:
    with LOADING:
        import dataclasses

    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


def _of_attrs(value: Any) -> Mapping[Any, Any]:
    return {attribute.name: getattr(value, attribute.name) for attribute in value.__attrs_attrs__}


# What a class has that makes such objects, in the order in which it is looked for.
_READERS: dict[str, Callable[[Any], Mapping[Any, Any]]] = {
    "to_dict": _of_to_dict,
    "model_dump": _of_model_dump,
    "__struct_fields__": _of_msgspec,
    "__dataclass_fields__": _of_dataclass,
    "__attrs_attrs__": _of_attrs,
}
