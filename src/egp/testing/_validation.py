"""Validation errors in the shape and the words of FastAPI's 422 responses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from egp._core.json_types import Object
from egp.testing._pydantic_errors import pydantic_errors

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

Detail = Object
"""One validation error: `loc`, `msg` and `type`, as pydantic names them."""
Check = Callable[[Any, Sequence[str | int]], list[Detail]]
"""Return the validation errors of a value that stands at `loc`."""


def missing(*loc: str | int) -> Detail:
    """Report that the value at `loc` was not sent."""
    return {"loc": list(loc), "msg": "Field required", "type": "missing"}


def unreadable_json(error: Exception) -> Detail:
    """Report a body that is not JSON."""
    return {"loc": ["body", getattr(error, "pos", 0)], "msg": "JSON decode error", "type": "json_invalid"}


def not_an_object(*loc: str) -> Detail:
    """Report a body that is not a JSON object, or was not declared as JSON."""
    return {
        "loc": list(loc),
        "msg": "Input should be a valid dictionary or object to extract fields from",
        "type": "model_attributes_type",
    }


def describe(errors: Iterable[ValidationError], loc: Sequence[str | int]) -> list[Detail]:
    """Translate the errors that jsonschema found in the value at `loc`."""
    found: list[Detail] = []
    for error in errors:
        for leaf in _leaves(error):
            for detail in _translate(leaf, [*loc, *leaf.absolute_path]):
                if detail not in found:
                    found.append(detail)
    return found


def _translate(error: ValidationError, loc: list[str | int]) -> Iterator[Detail]:
    instance: Any = error.instance
    expected: Any = error.validator_value
    if error.validator == "required":
        yield from (missing(*loc, name) for name in expected if name not in instance)
    elif error.validator == "additionalProperties":
        schema: Any = error.schema
        for name in (name for name in instance if name not in schema.get("properties", {})):
            yield {"loc": [*loc, name], "msg": "Extra inputs are not permitted", "type": "extra_forbidden"}
    else:
        for kind, message in pydantic_errors(str(error.validator), expected, instance):
            yield {"loc": loc, "msg": message, "type": kind}


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """Yield the errors that a reader can act on: of a union, those of the variant that was meant."""
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
    """Return how far a variant is from the one meant: 0, 1 (another tag) or 2 (another type)."""
    mismatches = [error for error in errors if _is_mismatch(error)]
    return max((1 if error.relative_path else 2 for error in mismatches), default=0)


def _is_mismatch(error: ValidationError) -> bool:
    if not error.relative_path:
        return error.validator in {"type", "const", "enum"}
    on_a_property = len(error.relative_path) == 1 and isinstance(error.relative_path[0], str)
    return on_a_property and error.validator in {"const", "enum", "not"}
