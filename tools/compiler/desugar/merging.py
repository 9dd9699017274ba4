"""allOf: one schema that says what several say together (an intersection), and the opposite, for unions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from tools.compiler.desugar.kinds import fits, kind_of
from tools.compiler.desugar.naming import Naming
from tools.compiler.walk import component_of

if TYPE_CHECKING:
    from collections.abc import Sequence

ANNOTATIONS = frozenset(
    {
        "$comment", "default", "deprecated", "description", "example", "examples", "externalDocs",
        "readOnly", "title", "writeOnly", "xml",
    }
)  # fmt: skip
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


class Components(Protocol):
    """The components, as far as merging needs them."""

    def component(self, name: str) -> dict[str, Any]:
        """Return the desugared schema of a component."""
        ...

    def extends(self, name: str, other: str) -> bool:
        """Whether the component says all that `other` says, by allOf."""
        ...

    def lift(self, schema: dict[str, Any], naming: Naming) -> dict[str, Any]:
        """Return a reference to a new component with this schema."""
        ...


def is_object(schema: dict[str, Any]) -> bool:
    """Whether the desugared schema is an object with a class of its own."""
    return schema.get("type") == "object"


def is_null(schema: dict[str, Any]) -> bool:
    """Whether the desugared schema allows null only."""
    return schema.get("type") == "null"


def is_any(schema: dict[str, Any]) -> bool:
    """Whether the desugared schema allows everything."""
    return not any(key in schema for key in ("$ref", "allOf", "anyOf", "const", "enum", "type"))


def said_by(schema: dict[str, Any]) -> dict[str, Any]:
    """Return what the schema says to readers, and the default."""
    return {key: value for key, value in schema.items() if key in ANNOTATIONS}


def bare(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema without what it says to readers."""
    return {key: value for key, value in schema.items() if key not in ANNOTATIONS}


def reference_of(schema: dict[str, Any]) -> str | None:
    """Return the reference that the desugared schema is, with or without annotations beside it."""
    if "$ref" in schema:
        return str(schema["$ref"])
    if len(schema.get("allOf", ())) == 1:
        return str(schema["allOf"][0]["$ref"])
    return None


def members(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the alternatives of a union; any other schema is its own only one."""
    return list(schema["anyOf"]) if "anyOf" in schema else [schema]


def union(alternatives: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One schema for several alternatives: each once, unions within flattened, null last."""
    flat: list[dict[str, Any]] = []
    for alternative in alternatives:
        for member in members(alternative):
            if all(bare(member) != bare(known) for known in flat):
                flat.append(member)
    flat.sort(key=is_null)
    enums = [member for member in flat if "enum" in member or type(member.get("const")) is str]
    if len(enums) > 1 and len(enums) == len(flat):
        return _joined(enums)
    return flat[0] if len(flat) == 1 else {"anyOf": flat}


def _joined(enums: list[dict[str, Any]]) -> dict[str, Any]:
    values = [value for member in enums for value in member.get("enum", [member.get("const")])]
    if len({type(value) for value in values}) > 1:
        return {"anyOf": enums}
    kind = "string" if isinstance(values[0], str) else "integer"
    return {"type": kind, "enum": list(dict.fromkeys(values))}


def merge(
    first: dict[str, Any], second: dict[str, Any], components: Components, naming: Naming
) -> dict[str, Any]:
    """Return what both schemas allow; annotations of the second go before those of the first.

    Both are desugared, and so is the result. Raises ConflictError where nothing satisfies both.
    """
    said = said_by(first) | said_by(second)
    result = _merge(bare(first), bare(second), components, naming)
    return {**result, **said_by(result), **said} if said else result


def _merge(
    first: dict[str, Any], second: dict[str, Any], components: Components, naming: Naming
) -> dict[str, Any]:
    if first == second or is_any(second):
        return _with_limits(first, second)
    if is_any(first):
        return _with_limits(second, first)
    if (left := reference_of(first)) is not None or reference_of(second) is not None:
        return _merge_references(left, reference_of(second), first, second, components, naming)
    if "anyOf" in first or "anyOf" in second:
        return _merge_unions(first, second, components, naming)
    return _merge_plain(first, second, components, naming)


def _merge_references(
    left: str | None,
    right: str | None,
    first: dict[str, Any],
    second: dict[str, Any],
    components: Components,
    naming: Naming,
) -> dict[str, Any]:
    if left is not None and right is not None:
        if left == right or components.extends(component_of(left), component_of(right)):
            return {"$ref": left}
        if components.extends(component_of(right), component_of(left)):
            return {"$ref": right}
    for reference, other in ((left, second), (right, first)):
        # A reference stays one where the other side only asks for what any object is.
        if reference is None or bare(other) != {"type": "object"}:
            continue
        if is_object(components.component(component_of(reference))):
            return {"$ref": reference}
    if left is not None:
        first = components.component(component_of(left))
    if right is not None:
        second = components.component(component_of(right))
    merged = merge(first, second, components, naming)
    return components.lift(merged, naming) if is_object(merged) else merged


def _merge_unions(
    first: dict[str, Any], second: dict[str, Any], components: Components, naming: Naming
) -> dict[str, Any]:
    for one, other in ((first, second), (second, first)):
        if is_object(one) and one.get("properties"):
            return _merge_plain(one, spread(other, components, naming), components, naming)
    found = []
    reason = ""
    for left in members(first):
        for right in members(second):
            try:
                found.append(merge(left, right, components, naming))
            except ConflictError as conflict:
                reason = conflict.reason
    if not found:
        raise ConflictError(reason)
    return union(found)


def spread(schema: dict[str, Any], components: Components, naming: Naming) -> dict[str, Any]:
    """One object with the properties of every object that the union allows.

    A property is required where all of them require it, and has the types that any of them gives it.
    """
    objects = []
    for member in members(schema):
        reference = reference_of(member)
        resolved = components.component(component_of(reference)) if reference is not None else member
        if "anyOf" in resolved:
            resolved = spread(resolved, components, naming)
        if is_object(resolved):
            objects.append(resolved)
        elif is_any(resolved):
            objects.append({"type": "object"})
    if not objects:
        raise ConflictError("an object and a union without objects")
    return widen(objects)


def widen(objects: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the properties of all the objects, with all their types. Required is what each requires."""
    properties: dict[str, Any] = {}
    for schema in objects:
        for name, value in schema.get("properties", {}).items():
            known = properties.get(name)
            properties[name] = value if known is None else _either(known, value)
    required = [
        name
        for name in objects[0].get("required", [])
        if all(name in schema.get("required", []) for schema in objects)
    ]
    result: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        result["required"] = required
    if all(schema.get("additionalProperties") is False for schema in objects):
        result["additionalProperties"] = False
    return result


def _either(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    if bare(first) == bare(second):
        return first
    if is_any(first) or is_any(second):
        return said_by(first)
    said = {key: value for key, value in said_by(first).items() if key != "default"}
    return {**union([bare(first), bare(second)]), **said}


def _merge_plain(
    first: dict[str, Any], second: dict[str, Any], components: Components, naming: Naming
) -> dict[str, Any]:
    if is_object(first) and is_object(second):
        return _merge_objects(first, second, components, naming)
    if first.get("type") == "array" and second.get("type") == "array":
        items = merge(first["items"], second["items"], components, naming.child("item"))
        return {**_with_limits(first, second), "items": items}
    narrow, wide = (first, second) if _narrowness(first) >= _narrowness(second) else (second, first)
    for key in ("const", "enum"):
        if key in narrow:
            values = [narrow["const"]] if key == "const" else narrow["enum"]
            kept = [value for value in values if _allows(wide, value)]
            if not kept:
                raise ConflictError(f"{_said(first)} and {_said(second)}")
            return {**narrow, key: kept[0] if key == "const" else kept}
    kinds = {first["type"], second["type"]}
    if kinds == {"integer", "number"}:
        return {**_with_limits(narrow, wide), "type": "integer"}
    if len(kinds) > 1 or (
        "format" in first and "format" in second and first["format"] != second["format"]
        and "string" in kinds
    ):  # fmt: skip
        raise ConflictError(f"{_said(first)} and {_said(second)}")
    return _with_limits(narrow, wide)


def _merge_objects(
    first: dict[str, Any], second: dict[str, Any], components: Components, naming: Naming
) -> dict[str, Any]:
    properties = dict(first.get("properties", {}))
    for name, value in second.get("properties", {}).items():
        if name not in properties:
            properties[name] = value
            continue
        try:
            properties[name] = merge(properties[name], value, components, Naming(naming.class_name(), name))
        except ConflictError as conflict:
            path = f"{name}.{conflict.path}" if conflict.path else name
            raise ConflictError(conflict.reason, path) from None
    result = {**_with_limits(first, second), "type": "object"}
    if properties:
        result["properties"] = properties
    if required := list(dict.fromkeys([*first.get("required", []), *second.get("required", [])])):
        result["required"] = required
    further = [
        schema["additionalProperties"] for schema in (first, second) if "additionalProperties" in schema
    ]
    if False in further:
        result["additionalProperties"] = False
    elif len(further) == 2:
        try:
            result["additionalProperties"] = merge(
                further[0], further[1], components, naming.child("AdditionalProperty")
            )
        except ConflictError:
            del result["additionalProperties"]
    elif further:
        result["additionalProperties"] = further[0]
    return result


def _with_limits(schema: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    added = {key: value for key, value in other.items() if key in LIMITS or key == "format"}
    return {**added, **schema}


def _narrowness(schema: dict[str, Any]) -> int:
    return 3 if "const" in schema else 2 if "enum" in schema else 1 if "format" in schema else 0


def _allows(schema: dict[str, Any], value: Any) -> bool:
    if "const" in schema:
        return kind_of(schema["const"]) == kind_of(value) and bool(schema["const"] == value)
    if "enum" in schema:
        return any(kind_of(known) == kind_of(value) and known == value for known in schema["enum"])
    return fits(schema["type"], value)


def _said(schema: dict[str, Any]) -> str:
    if "const" in schema:
        return f"the constant {str(schema['const'])[:40]!r}"
    if "enum" in schema:
        return "an enum of other values"
    kind = str(schema.get("type", "a union"))
    return f"{kind} ({schema['format']})" if "format" in schema else kind
