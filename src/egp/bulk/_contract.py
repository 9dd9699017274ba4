"""What the contract forbids in a request, as far as the compiled types say it.

The check is made from the annotations of `egp_api.models.ChatCompletionRequest`, so that it follows the
contract by regeneration. It knows required fields and types at every depth, not ranges of numbers: what it
lets through and the service refuses ends that line with a 422.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs

from egp._core.json_types import is_array, is_number, is_object
from egp._loading import LOADING

__all__ = ["fault_in"]

Check = Callable[[Any], bool]

# What a kind of value is called in a message.
_NAMES: dict[Any, str] = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "an array",
    dict: "an object",
}


def fault_in(body: dict[str, Any]) -> str | None:
    """Return what is wrong with the body of a request, with the place; None where nothing is."""
    fields, required = _fields()
    for name in required:
        if name not in body or body[name] is None:
            return f"{name} is missing"
    for name, value in body.items():
        field = fields.get(name)
        if field is not None and value is not None and not field[0](value):
            return f"{name}: must be {field[1]}"
    if not body["model"]:
        return "model is empty"
    for index, message in enumerate(body["messages"]):
        if not is_object(message) or not isinstance(message.get("role"), str):
            return f"messages[{index}]: must be an object with a role"
    return None if body["messages"] else "messages is empty"


@cache
def _fields() -> tuple[dict[str, tuple[Check, str]], tuple[str, ...]]:
    with LOADING:
        from egp_api import models

    made = _hints(models.ChatCompletionRequest)
    # Told apart message by message above, for the sake of the index.
    checks = {name: (_check(hint), _named(hint)) for name, hint in made.items() if name != "messages"}
    checks["messages"] = (_is_list, "an array of messages")
    return checks, _required(models.ChatCompletionRequest)


@cache
def _hints(model: Any) -> dict[str, Any]:
    with LOADING:
        from egp_api import models, types

    # The names that annotations use are imported for type checkers only.
    names = {name: getattr(models, name) for name in models.__all__}
    hints = get_type_hints(model, {**vars(types), **names})
    return {field.name: hints[field.name] for field in attrs.fields(model) if field.name in hints}


@cache
def _required(model: Any) -> tuple[str, ...]:
    return tuple(field.name for field in attrs.fields(model) if field.default is attrs.NOTHING and field.init)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _named(hint: Any) -> str:
    names: dict[str, None] = {}
    for kind in _members(hint):
        name = _NAMES.get(get_origin(kind) or kind)
        if name is None and isinstance(kind, type) and issubclass(kind, Enum):
            name = "a string"
        names[name or "an object"] = None
    return " or ".join(names)


def _members(hint: Any) -> list[Any]:
    with LOADING:
        from egp_api.types import Unset

    if get_origin(hint) in {Union, UnionType}:
        return [kind for kind in get_args(hint) if kind is not Unset and kind is not type(None)]
    return [hint]


def _check(hint: Any) -> Check:
    checks = [_check_one(kind) for kind in _members(hint)]
    return checks[0] if len(checks) == 1 else lambda value: any(check(value) for check in checks)


def _check_one(kind: Any) -> Check:
    origin = get_origin(kind)
    if kind is bool:
        return lambda value: isinstance(value, bool)
    if kind is int:
        # 1.0 is a whole number in JSON Schema.
        return lambda value: (
            not isinstance(value, bool)
            and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))
        )
    if kind is float:
        return is_number
    if kind is str:
        return lambda value: isinstance(value, str)
    if origin is list:
        (item,) = get_args(kind)
        inner = _check(item)
        return lambda value: is_array(value) and all(inner(part) for part in value)
    if origin is Literal:
        allowed = get_args(kind)
        return lambda value: value in allowed
    if isinstance(kind, type) and issubclass(kind, Enum):
        values = {member.value for member in kind}
        return lambda value: isinstance(value, str) and value in values
    if isinstance(kind, type) and attrs.has(kind):
        return _check_of_model(kind)
    return lambda value: True  # noqa: ARG005 - a type of its own, for the service to judge


def _check_of_model(model: Any) -> Check:
    required = _required(model)
    return lambda value: isinstance(value, dict) and all(name in value for name in required)
