"""The body of a request, from the keywords of a call to JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

from egp_api.types import UNSET

from egp._core import json
from egp._core.json_types import is_array
from egp._core.objects import has_named_fields, is_namedtuple
from egp.errors import EGPError

__all__ = ["encode_keywords", "items_of"]

# Types of values that nothing stands in.
_SIMPLE = frozenset((str, int, float, bool, type(None)))


def encode_keywords(
    keywords: Mapping[str, Any], extra: Mapping[str, Any], objects: frozenset[str], lists: frozenset[str]
) -> bytes:
    """Write a request body. Keywords that are None or `UNSET` are not sent.

    Args:
        keywords: the fields of the request.
        extra: fields that take their place, or that the contract does not know, sent as they are.
        objects: names of the fields that take JSON objects.
        lists: names of the fields that take lists of JSON objects.

    Raises:
        EGPError: a value that cannot be sent as what the field takes, with the path to it.
    """
    body = {name: value for name, value in keywords.items() if value is not None and value is not UNSET}
    lists = lists.intersection(body)
    objects = objects.intersection(body)
    for name in lists:
        body[name] = _list_of_objects(name, body[name])
    for name in objects:
        if body[name].__class__ is not str:  # such as tool_choice="auto"
            _require_object(name, body[name])
    encoded = json.encode({**body, **extra})
    # A named tuple becomes an array. Where no bracket but that of one list is in the text, there is none, and
    # that is most conversations; to look at each value costs a quarter of the encoding.
    if len(lists) != 1 or encoded.find(b"[", encoded.find(b"[") + 1) >= 0:
        for name in (*lists, *objects):
            _refuse_namedtuples(name, body[name])
    return encoded


def _list_of_objects(name: str, value: Any) -> Any:
    """Return a list of objects; an iterator is used up here."""
    given: Any = value  # which the next line does not narrow
    items = given if is_array(given) or _is_tuple(given) else items_of(name, given, "objects")
    if {*map(type, items)} != {dict}:
        for index, item in enumerate(items):
            _require_object(f"{name}[{index}]", item)
    return items


def items_of(name: str, value: Any, kind: str) -> list[Any]:
    """Return the items of what must be a list of some kind; an iterator is used up here."""
    given: Any = value  # which the next line does not narrow
    if isinstance(value, str) or has_named_fields(value) or not isinstance(value, Iterable):
        raise EGPError(f"{name}: a list of {kind} is needed, not {_named(given)}")
    return list[Any](given)


def _is_tuple(value: object) -> TypeGuard[tuple[Any, ...]]:
    return isinstance(value, tuple)


def _require_object(place: str, value: Any) -> None:
    if not has_named_fields(value):
        hint = ", such as dict(…)" if is_namedtuple(value) else ""
        raise EGPError(f"{place}: an object is needed{hint}, not {_named(value)}")


def _refuse_namedtuples(place: str, value: Any) -> None:
    """Refuse tuples with names, of which JSON would make arrays without the names."""
    if is_namedtuple(value):
        raise EGPError(f"{place}: {_named(value)} has no place in JSON: pass value._asdict()")
    if value.__class__ is dict:
        for key, item in value.items():
            if item.__class__ not in _SIMPLE:
                _refuse_namedtuples(f"{place}.{key}", item)
    elif value.__class__ is list or value.__class__ is tuple:
        for index, item in enumerate(value):
            if item.__class__ not in _SIMPLE:
                _refuse_namedtuples(f"{place}[{index}]", item)


def _named(value: object) -> str:
    if isinstance(value, type):
        return f"the class {value.__name__}"
    kind = type(value).__name__
    return f"{'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind}"
