"""The error types and messages of pydantic, for what a JSON Schema forbids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TYPES = {
    "array": ("list_type", "a valid list"),
    "boolean": ("bool_type", "a valid boolean"),
    "integer": ("int_type", "a valid integer"),
    "null": ("none_required", "None"),
    "number": ("float_type", "a valid number"),
    "object": ("dict_type", "a valid dictionary"),
    "string": ("string_type", "a valid string"),
}
_UNREADABLE = {
    "boolean": ("bool_parsing", "a valid boolean, unable to interpret input"),
    "integer": ("int_parsing", "a valid integer, unable to parse string as an integer"),
    "number": ("float_parsing", "a valid number, unable to parse string as a number"),
}
_BOUNDS: dict[str, tuple[str, Callable[[Any, Any], str]]] = {
    "exclusiveMaximum": ("less_than", lambda bound, _: f"Input should be less than {bound}"),
    "exclusiveMinimum": ("greater_than", lambda bound, _: f"Input should be greater than {bound}"),
    "maximum": ("less_than_equal", lambda bound, _: f"Input should be less than or equal to {bound}"),
    "minimum": ("greater_than_equal", lambda bound, _: f"Input should be greater than or equal to {bound}"),
    "multipleOf": ("multiple_of", lambda bound, _: f"Input should be a multiple of {bound}"),
    "maxItems": ("too_long", lambda bound, given: _size("List", "most", bound, len(given))),
    "minItems": ("too_short", lambda bound, given: _size("List", "least", bound, len(given))),
    "maxProperties": ("too_long", lambda bound, _: _size("Dictionary", "most", bound, "more")),
    "minProperties": ("too_short", lambda bound, given: _size("Dictionary", "least", bound, len(given))),
    "maxLength": (
        "string_too_long",
        lambda bound, _: _length("most", bound),
    ),
    "minLength": (
        "string_too_short",
        lambda bound, _: _length("least", bound),
    ),
    "pattern": ("string_pattern_mismatch", lambda bound, _: f"String should match pattern '{bound}'"),
}


def pydantic_errors(rule: str, expected: Any, given: Any) -> Iterator[tuple[str, str]]:
    """Yield pydantic's type and message of an error: a pair for each type that was allowed."""
    if rule == "type":
        kinds: list[str] = [expected] if isinstance(expected, str) else expected
        for kind in (kind for kind in kinds if kind != "null" or len(kinds) == 1):
            yield _type_wording(kind, given)
    elif rule in {"const", "enum"}:
        values: list[Any] = expected if rule == "enum" else [expected]
        *others, last = [repr(value) for value in values]
        allowed = f"{', '.join(others)} or {last}" if others else last
        yield "literal_error", f"Input should be {allowed}"
    elif rule in _BOUNDS:
        name, message = _BOUNDS[rule]
        yield name, message(expected, given)
    else:
        yield "value_error", f"Value error, {rule} does not hold"


def _type_wording(kind: str, given: Any) -> tuple[str, str]:
    name, what = _TYPES[kind]
    if isinstance(given, str) and kind in _UNREADABLE:
        name, what = _UNREADABLE[kind]
    if isinstance(given, float) and kind == "integer":
        name, what = "int_from_float", "a valid integer, got a number with a fractional part"
    return name, f"Input should be {what}"


def _size(what: str, most: str, bound: int, given: object) -> str:
    return f"{what} should have at {most} {_count(bound, 'item')} after validation, not {given}"


def _length(most: str, bound: int) -> str:
    return f"String should have at {most} {_count(bound, 'character')}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
