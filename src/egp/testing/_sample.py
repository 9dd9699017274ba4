"""One value that a JSON Schema allows: the same for the same schema."""

from __future__ import annotations

from typing import Any

from egp._core.json_types import Object, is_array, is_object
from egp.testing._document import resolve

_DEEP = 8  # from here on only what is required, so that a schema that contains itself comes to an end
_FORMATS = {
    "date": "2025-01-31",
    "date-time": "2025-01-31T09:26:53Z",
    "email": "someone@example.com",
    "time": "09:26:53Z",
    "uri": "https://example.com/",
    "uuid": "3f2b8c1e-5d47-4f0a-9c36-7a1e2d4b6f80",
}


def sample(schema: Any, root: Any, *, depth: int = 0) -> Any:
    """Return a value for `schema`, whose references are looked up in `root`.

    A schema's own `const`, `default` or example wins; else the first of an enum or union, every property of
    an object, the least number and the shortest array that fit. `pattern` and `not` are beyond it.
    """
    schema = resolve(schema, root)
    if not is_object(schema):
        return "string"
    for given in ("const", "default", "example"):
        if given in schema:
            return schema[given]
    for choices in ("examples", "enum"):
        if schema.get(choices):
            return schema[choices][0]
    for union in ("oneOf", "anyOf"):
        if schema.get(union):
            return sample(schema[union][0], root, depth=depth + 1)
    if "allOf" in schema:
        schema = _merged(schema, root)
    kind: Any = schema.get("type")
    if is_array(kind):
        kind = next((one for one in kind if one != "null"), "null")
    if kind == "object" or (kind is None and "properties" in schema):
        return _sample_object(schema, root, depth)
    if kind == "array":
        count = max(int(schema.get("minItems", 0)), 0 if depth >= _DEEP else 1)
        return [sample(schema.get("items", {}), root, depth=depth + 1) for _ in range(count)]
    if kind in {"integer", "number"}:
        return _sample_number(schema)
    if kind == "boolean":
        return True
    if kind == "null":
        return None
    text = _FORMATS.get(schema.get("format", ""), "string")
    return text.ljust(int(schema.get("minLength", 0)), "x")[: schema.get("maxLength")]


def _sample_object(schema: Object, root: Any, depth: int) -> Object:
    required = schema.get("required", ())
    return {
        name: sample(value, root, depth=depth + 1)
        for name, value in schema.get("properties", {}).items()
        if depth < _DEEP or name in required
    }


def _sample_number(schema: Object) -> int | float:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None and "exclusiveMinimum" in schema:
        low = schema["exclusiveMinimum"] + 1
    number: int | float = max(0, low) if low is not None else 0
    return min(number, high) if high is not None else number


def _merged(schema: Object, root: Any) -> Object:
    merged = {key: value for key, value in schema.items() if key != "allOf"}
    for part in schema["allOf"]:
        found = resolve(part, root)
        if not is_object(found):
            continue
        if "allOf" in found:
            found = _merged(found, root)
        merged["properties"] = {**found.get("properties", {}), **merged.get("properties", {})}
        merged["required"] = [*found.get("required", ()), *merged.get("required", ())]
        merged = {**found, **merged}
    return merged
