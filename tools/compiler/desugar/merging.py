"""allOf: one schema that says what several say together (an intersection), and the opposite, for unions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.compiler.desugar.forms import (
    bare,
    constants,
    is_any,
    is_object,
    members,
    reference_to,
    said_by,
    target_of,
    union,
    without,
)
from tools.compiler.desugar.values import allows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.compiler.desugar.forms import Schema
    from tools.compiler.desugar.schemas import Schemas

LIMITS = frozenset(
    {
        "exclusiveMaximum", "exclusiveMinimum", "maxItems", "maxLength", "maxProperties", "maximum",
        "minItems", "minLength", "minProperties", "minimum", "multipleOf", "pattern", "uniqueItems",
    }
)  # fmt: skip


class ConflictError(Exception):
    """No value satisfies both schemas, or none that can be told. `path` names the property."""

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path


def merge(first: Schema, second: Schema, schemas: Schemas) -> Schema:
    """Return what both schemas allow; annotations of the second go before those of the first.

    Both are desugared, and so is the result, but for objects that are no components yet. Raises ConflictError
    where nothing satisfies both.
    """
    result = _merge(bare(first), bare(second), schemas)
    return {**result, **said_by(first), **said_by(second)}


def _merge(first: Schema, second: Schema, schemas: Schemas) -> Schema:
    if first == second or is_any(second):
        return _with_limits(first, second)
    if is_any(first):
        return _with_limits(second, first)
    if target_of(first) is not None or target_of(second) is not None:
        return _merge_references(first, second, schemas)
    if "anyOf" in first or "anyOf" in second:
        return _merge_unions(first, second, schemas)
    return _merge_plain(first, second, schemas)


def _merge_references(first: Schema, second: Schema, schemas: Schemas) -> Schema:
    for one, other in ((first, second), (second, first)):
        target, other_target = target_of(one), target_of(other)
        if target is None:
            continue
        if other_target is not None and (target == other_target or schemas.extends(target, other_target)):
            return reference_to(target)
        # A reference stays one where the other side only asks for what any object is.
        if other == {"type": "object"} and is_object(schemas.component(target)):
            return reference_to(target)
    return merge(schemas.resolved(first), schemas.resolved(second), schemas)


def _merge_unions(first: Schema, second: Schema, schemas: Schemas) -> Schema:
    for one, other in ((first, second), (second, first)):
        if is_object(one) and one.get("properties"):
            return _merge_plain(one, spread(other, schemas), schemas)
    found = []
    reason = ""
    for left in members(first):
        for right in members(second):
            try:
                found.append(merge(left, right, schemas))
            except ConflictError as conflict:
                reason = conflict.reason
    if not found:
        raise ConflictError(reason)
    return union(found)


def spread(schema: Schema, schemas: Schemas) -> Schema:
    """One object with the properties of every object that the union allows.

    A property is required where all of them require it, and has the types that any of them gives it.
    """
    objects: list[Schema] = []
    for member in members(schema):
        resolved = schemas.resolved(member)
        if "anyOf" in resolved:
            resolved = spread(resolved, schemas)
        if is_object(resolved):
            objects.append(resolved)
        elif is_any(resolved):
            objects.append({"type": "object"})
    if not objects:
        raise ConflictError("an object and a union without objects")
    return widen(objects)


def widen(objects: Sequence[Schema]) -> Schema:
    """Return the properties of all the objects, with all their types. Required is what each requires."""
    properties: Schema = {}
    for schema in objects:
        for name, value in schema.get("properties", {}).items():
            properties[name] = _either(properties[name], value) if name in properties else value
    required = [
        name
        for name in objects[0].get("required", [])
        if all(name in schema.get("required", []) for schema in objects)
    ]
    result: Schema = {"type": "object", "properties": properties, "required": required}
    if all(schema.get("additionalProperties") is False for schema in objects):
        result["additionalProperties"] = False
    return result


def _either(first: Schema, second: Schema) -> Schema:
    if bare(first) == bare(second):
        return first
    if is_any(first) or is_any(second):
        return said_by(first)
    return {**union([bare(first), bare(second)]), **without(said_by(first), "default")}


def _merge_plain(first: Schema, second: Schema, schemas: Schemas) -> Schema:
    if is_object(first) and is_object(second):
        return _merge_objects(first, second, schemas)
    if first.get("type") == "array" and second.get("type") == "array":
        items = merge(first["items"], second["items"], schemas)
        return {**_with_limits(first, second), "items": items}
    narrow, wide = (first, second) if _narrowness(first) >= _narrowness(second) else (second, first)
    if known := constants(narrow):
        kept = [value for value in known if allows(wide, value)]
        if not kept:
            raise _conflict(first, second)
        return narrow if "const" in narrow else {**narrow, "enum": kept}
    kinds = {first["type"], second["type"]}
    if kinds == {"integer", "number"}:
        return {**_with_limits(narrow, wide), "type": "integer"}
    formats = {schema["format"] for schema in (first, second) if "format" in schema}
    if len(kinds) > 1 or ("string" in kinds and len(formats) > 1):
        raise _conflict(first, second)
    return _with_limits(narrow, wide)


def _merge_objects(first: Schema, second: Schema, schemas: Schemas) -> Schema:
    properties = dict(first.get("properties", {}))
    for name, value in second.get("properties", {}).items():
        try:
            properties[name] = merge(properties[name], value, schemas) if name in properties else value
        except ConflictError as conflict:
            path = f"{name}.{conflict.path}" if conflict.path else name
            raise ConflictError(conflict.reason, path) from None
    required = list(dict.fromkeys([*first.get("required", []), *second.get("required", [])]))
    own = {"type": "object", "properties": properties, "required": required}
    result = {**_with_limits(first, second), **own}
    further = [each["additionalProperties"] for each in (first, second) if "additionalProperties" in each]
    if False in further:
        result["additionalProperties"] = False
    elif len(further) == 2:
        try:
            result["additionalProperties"] = merge(further[0], further[1], schemas)
        except ConflictError:
            del result["additionalProperties"]
    elif further:
        result["additionalProperties"] = further[0]
    return result


def _with_limits(schema: Schema, other: Schema) -> Schema:
    added = {key: value for key, value in other.items() if key in LIMITS or key == "format"}
    return {**added, **schema}


def _narrowness(schema: Schema) -> int:
    return 3 if "const" in schema else 2 if "enum" in schema else 1 if "format" in schema else 0


def _conflict(first: Schema, second: Schema) -> ConflictError:
    return ConflictError(f"{_shown(first)} and {_shown(second)}")


def _shown(schema: Schema) -> str:
    if "const" in schema:
        return f"the constant {str(schema['const'])[:40]!r}"
    if "enum" in schema:
        return "an enum of other values"
    kind = str(schema.get("type", "a union"))
    return f"{kind} ({schema['format']})" if "format" in schema else kind
