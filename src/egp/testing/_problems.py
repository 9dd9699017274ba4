"""What is wrong with a value, in the words and the shape that FastAPI uses in its 422 answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from egp.testing._json import Object

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

Problem = Object
"""`loc`, `msg` and `type`, as pydantic names them."""
Check = Callable[[Any, Sequence[str | int]], list[Problem]]
"""Says what is wrong with a value that stands at `loc`."""

_TYPES = {
    "array": ("list_type", "Input should be a valid list"),
    "boolean": ("bool_type", "Input should be a valid boolean"),
    "integer": ("int_type", "Input should be a valid integer"),
    "null": ("none_required", "Input should be None"),
    "number": ("float_type", "Input should be a valid number"),
    "object": ("dict_type", "Input should be a valid dictionary"),
    "string": ("string_type", "Input should be a valid string"),
}

_BOUNDS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "exclusiveMaximum": ("less_than", lambda bound: f"Input should be less than {bound}"),
    "exclusiveMinimum": ("greater_than", lambda bound: f"Input should be greater than {bound}"),
    "maximum": ("less_than_equal", lambda bound: f"Input should be less than or equal to {bound}"),
    "minimum": ("greater_than_equal", lambda bound: f"Input should be greater than or equal to {bound}"),
    "multipleOf": ("multiple_of", lambda bound: f"Input should be a multiple of {bound}"),
    "maxItems": ("too_long", lambda bound: f"List should have at most {bound} items after validation"),
    "minItems": ("too_short", lambda bound: f"List should have at least {bound} items after validation"),
    "maxProperties": ("too_long", lambda bound: f"Dictionary should have at most {bound} items"),
    "minProperties": ("too_short", lambda bound: f"Dictionary should have at least {bound} items"),
    "maxLength": ("string_too_long", lambda bound: f"String should have at most {bound} characters"),
    "minLength": ("string_too_short", lambda bound: f"String should have at least {bound} characters"),
    "pattern": ("string_pattern_mismatch", lambda bound: f"String should match pattern '{bound}'"),
}


def missing(*loc: str) -> Problem:
    """Say that what `loc` names was not sent."""
    return {"loc": list(loc), "msg": "Field required", "type": "missing"}


def unreadable_json(error: ValueError) -> Problem:
    """Say that the body is not JSON."""
    return {"loc": ["body", getattr(error, "pos", 0)], "msg": "JSON decode error", "type": "json_invalid"}


def not_an_object(*loc: str) -> Problem:
    """Say that a body came that is no JSON object, or was not declared as JSON."""
    return {
        "loc": list(loc),
        "msg": "Input should be a valid dictionary or object to extract fields from",
        "type": "model_attributes_type",
    }


def describe(errors: Iterable[ValidationError], loc: Sequence[str | int]) -> list[Problem]:
    """Translate what jsonschema found in the value at `loc`."""
    found: list[Problem] = []
    for error in errors:
        for leaf in _leaves(error):
            for problem in _translate(leaf, [*loc, *leaf.absolute_path]):
                if problem not in found:
                    found.append(problem)
    return found


def _translate(error: ValidationError, loc: list[Any]) -> Iterator[Problem]:
    expected: Any = error.validator_value
    instance: Any = error.instance
    rule = str(error.validator)
    if rule == "required":
        absent = [name for name in expected if name not in instance and f"'{name}'" in error.message]
        yield from (missing(*loc, name) for name in absent)
    elif rule == "type":
        kinds = [expected] if isinstance(expected, str) else [kind for kind in expected if kind != "null"]
        for kind in kinds:
            name, message = _TYPES[kind]
            yield {"loc": loc, "msg": message, "type": name}
    elif rule in {"const", "enum"}:
        allowed = [repr(value) for value in (expected if rule == "enum" else [expected]) if value is not None]
        text = " or ".join([", ".join(allowed[:-1]), allowed[-1]] if len(allowed) > 1 else allowed)
        yield {"loc": loc, "msg": f"Input should be {text}", "type": "literal_error"}
    elif rule == "additionalProperties":
        schema: Any = error.schema
        known: Object = schema.get("properties", {})
        for name in (name for name in instance if name not in known):
            yield {"loc": [*loc, name], "msg": "Extra inputs are not permitted", "type": "extra_forbidden"}
    elif rule in _BOUNDS:
        name, message_for = _BOUNDS[rule]
        yield {"loc": loc, "msg": message_for(expected), "type": name}
    else:
        yield {"loc": loc, "msg": f"Value error, {rule} does not hold", "type": "value_error"}


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """Give the errors that a reader can act on: of a union, those of the variant that was meant."""
    if not error.context:
        yield error
        return
    variants: dict[Any, list[ValidationError]] = defaultdict(list)
    for inner in error.context:
        variants[inner.relative_schema_path[0]].append(inner)
    least = min(_distance(errors) for errors in variants.values())
    meant = [errors for errors in variants.values() if _distance(errors) == least]
    if least == 0:
        meant = [min(meant, key=len)]
    for inner in (inner for errors in meant for inner in errors):
        if least == 0 or _is_mismatch(inner):
            yield from _leaves(inner)


def _distance(errors: list[ValidationError]) -> int:
    """How far a variant is from being the one meant: 0, or 1 for another tag, or 2 for another type."""
    mismatches = [error for error in errors if _is_mismatch(error)]
    return max((1 if error.relative_path else 2 for error in mismatches), default=0)


def _is_mismatch(error: ValidationError) -> bool:
    if not error.relative_path:
        return error.validator in {"type", "const", "enum"}
    on_a_property = len(error.relative_path) == 1 and isinstance(error.relative_path[0], str)
    return on_a_property and error.validator in {"const", "enum", "not"}
