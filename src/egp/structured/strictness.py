"""The strict profile of JSON Schema: what services hold their models to, token by token.

The rules are those of OpenAI's structured outputs, the narrowest of the vendors'. The root is an object.
Every object is closed and requires all of its properties. There are no defaults, free-form maps, allOf, not
or if, and few constraints. What the profile has no keyword for is told to the model in the description, and
checked when the answer is read.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from egp._core.json_types import is_array, is_object
from egp.structured.defaults import accepts_null
from egp.structured.documents import REF, resolved

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["NotStrictError", "strict"]

_SCALARS = frozenset(("string", "number", "integer", "boolean", "null"))
_NUMERIC = frozenset(("multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"))
_KEPT = {
    "string": frozenset(("pattern", "format")),
    "number": _NUMERIC,
    "integer": _NUMERIC,
    "array": frozenset(("minItems", "maxItems")),
}
_FORMATS = frozenset(("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"))
_LOOKAROUND = re.compile(r"\(\?(?:[=!]|<[=!])")
_REFUSED = ("not", "if", "dependentRequired", "dependentSchemas", "patternProperties", "propertyNames")
# Read by people and tools, not by models.
_DROPPED = frozenset(
    (
        "title",
        "default",
        "examples",
        "discriminator",
        "deprecated",
        "readOnly",
        "writeOnly",
        "$comment",
        "$schema",
    )
)
_STRUCTURE = frozenset(
    ("$defs", "$ref", "additionalProperties", "allOf", "anyOf", "const", "description", "enum", "items")
) | {"oneOf", "prefixItems", "properties", "required", "type"}

_MAX_PROPERTIES = 5000
_MAX_DEPTH = 10
_MAX_CHARACTERS = 120_000
_MAX_ENUM_VALUES = 1000


class NotStrictError(Exception):
    """A schema that the strict profile has no form of."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def strict(schema: dict[str, Any], *, root: str, has_constraints: bool = True) -> dict[str, Any]:
    """Return the strict form of a plain schema, whose root is an object. The schema itself is not changed.

    Args:
        schema: the plain schema.
        root: what to call its root in errors.
        has_constraints: whether limits of numbers, lengths and patterns stay keywords; otherwise they are
            told in the description.

    Raises:
        NotStrictError: there is none; its path names the field.
    """
    definitions = schema.get("$defs", {})
    form = _Form(definitions, has_constraints=has_constraints)
    made: dict[str, Any] = form.of({key: value for key, value in schema.items() if key != "$defs"}, root)
    if definitions:
        made["$defs"] = {name: form.of(node, name) for name, node in definitions.items()}
    _check_size(made, root)
    return made


class _Form:
    """Makes strict forms of the nodes of one document."""

    def __init__(self, definitions: dict[str, Any], *, has_constraints: bool) -> None:
        self._definitions = definitions
        self._has_constraints = has_constraints

    def of(self, node: Any, path: str) -> dict[str, Any]:
        if not is_object(node):
            raise NotStrictError(path, "it takes any value")
        for keyword in _REFUSED:
            if keyword in node:
                raise NotStrictError(path, f"the strict profile has no {keyword}")
        if "$ref" in node:
            return self._reference(node, path)
        if "allOf" in node:
            return self._merged(node, path)
        for keyword in ("anyOf", "oneOf"):
            if keyword in node:
                return self._union(node, node[keyword], path)
        if "const" in node:
            return self._enumeration(node, [node["const"]])
        if "enum" in node:
            return self._enumeration(node, node["enum"])
        return self._typed(node, path)

    def _typed(self, node: dict[str, Any], path: str) -> dict[str, Any]:
        kind = node.get("type")
        if is_array(kind):
            return self._union(node, [{**_undescribed(node), "type": each} for each in kind], path)
        if kind == "object":
            return self._object(node, path)
        if kind == "array":
            return self._array(node, path)
        if kind in _SCALARS:
            return self._described({"type": kind}, node)
        raise NotStrictError(path, "it takes any value")

    def _object(self, node: dict[str, Any], path: str) -> dict[str, Any]:
        properties = node.get("properties")
        if properties is None or (not properties and node.get("additionalProperties", False) is not False):
            raise NotStrictError(path, "the strict profile has no maps with free keys")
        if is_object(node.get("additionalProperties")):
            raise NotStrictError(path, "the strict profile has no maps with free keys")
        required = node.get("required", ())
        made = {
            name: self._property(each, f"{path}.{name}", is_required=name in required)
            for name, each in properties.items()
        }
        return {
            **self._described({"type": "object"}, node),
            "properties": made,
            "required": list(made),
            "additionalProperties": False,
        }

    def _property(self, node: Any, path: str, *, is_required: bool) -> dict[str, Any]:
        made = self.of(node, path)
        if is_required:
            return made
        if not accepts_null(node, self._definitions):
            made = _nullable(made)
            if "default" in node:
                _note(made, f"null for the default, {json.dumps(node['default'], ensure_ascii=False)}")
            else:
                _note(made, "null for the default")
        return made

    def _array(self, node: dict[str, Any], path: str) -> dict[str, Any]:
        made = self._described({"type": "array"}, node)
        places = node.get("prefixItems")
        if places:
            # There are no tuples: items of any of their types, as many as there are places.
            made["items"] = _any_of([self.of(each, f"{path}[{index}]") for index, each in enumerate(places)])
            if self._has_constraints:
                made.setdefault("maxItems", len(places))
            if len({json.dumps(each, sort_keys=True) for each in places}) > 1:
                _note(made, f"in this order: {', '.join(_named(each, self._definitions) for each in places)}")
            return made
        if node.get("maxItems") == 0 and not is_object(node.get("items")):
            return {**made, "items": {"type": "null"}}
        made["items"] = self.of(node.get("items", {}), f"{path}[]")
        return made

    def _reference(self, node: dict[str, Any], path: str) -> dict[str, Any]:
        made = {"$ref": node["$ref"]}
        if not resolved(node, self._definitions):
            raise NotStrictError(path, "it takes any value")
        # Nothing may stand beside a reference.
        return self._described({"anyOf": [made]}, node) if "description" in node else made

    def _merged(self, node: dict[str, Any], path: str) -> dict[str, Any]:
        if len(node["allOf"]) != 1:
            raise NotStrictError(path, "the strict profile has no allOf")
        rest = {key: value for key, value in node.items() if key != "allOf"}
        return self.of({**node["allOf"][0], **rest}, path)

    def _union(self, node: dict[str, Any], members: list[Any], path: str) -> dict[str, Any]:
        return self._described(_any_of([self.of(each, path) for each in members]), _description_of(node))

    def _enumeration(self, node: dict[str, Any], values: list[Any]) -> dict[str, Any]:
        kinds: dict[str, list[Any]] = {}
        for value in values:
            kinds.setdefault(_type_of(value), []).append(value)
        members = [
            {"type": "null"} if kind == "null" else {"type": kind, "enum": each}
            for kind, each in kinds.items()
        ]
        return self._described(_any_of(members), _description_of(node))

    def _described(self, made: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
        """Return `made` with the keywords that the profile has; the others go into the description."""
        if "description" in node and "description" not in made:
            made["description"] = node["description"]
        kept = _KEPT.get(made.get("type", ""), frozenset[str]())
        for keyword, value in node.items():
            if keyword in _DROPPED or keyword in _STRUCTURE:
                continue
            if keyword in kept and _is_enforced(keyword, value, has_constraints=self._has_constraints):
                made[keyword] = value
            else:
                _note(made, f"{keyword}: {json.dumps(value, ensure_ascii=False)}")
        return made


def _any_of(members: list[dict[str, Any]]) -> dict[str, Any]:
    flat: list[dict[str, Any]] = []
    for member in members:
        for each in member["anyOf"] if member.keys() == {"anyOf"} else [member]:
            if each not in flat:
                flat.append(each)
    return dict(flat[0]) if len(flat) == 1 else {"anyOf": flat}


def _nullable(node: dict[str, Any]) -> dict[str, Any]:
    return {**_any_of([_undescribed(node), {"type": "null"}]), **_description_of(node)}


def _description_of(node: dict[str, Any]) -> dict[str, Any]:
    return {"description": node["description"]} if "description" in node else {}


def _undescribed(node: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key != "description"}


def _is_enforced(keyword: str, value: Any, *, has_constraints: bool) -> bool:
    if keyword == "format":
        return value in _FORMATS
    if not has_constraints:
        return False
    return keyword != "pattern" or not _LOOKAROUND.search(value)


def _note(made: dict[str, Any], text: str) -> None:
    said = made.get("description")
    if "$ref" in made:
        made["anyOf"] = [{"$ref": made.pop("$ref")}]
    made["description"] = f"{said} ({text})" if said else text


def _named(node: Any, definitions: dict[str, Any]) -> str:
    node = resolved(node, definitions)
    return str(node.get("title") or node.get("description") or node.get("type", "value"))


def _type_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    return "number" if isinstance(value, float) else "string"


def _check_size(schema: dict[str, Any], root: str) -> None:
    properties = characters = values = 0
    for node in _nodes(schema):
        names = node.get("properties", {})
        properties += len(names)
        enum = node.get("enum", ())
        values += len(enum)
        characters += sum(map(len, names)) + sum(len(str(value)) for value in enum)
    characters += sum(map(len, schema.get("$defs", {})))
    for number, limit, what in (
        (properties, _MAX_PROPERTIES, "properties"),
        (values, _MAX_ENUM_VALUES, "values of enums"),
        (characters, _MAX_CHARACTERS, "characters in names and enums"),
        (_depth(schema, schema.get("$defs", {}), ()), _MAX_DEPTH, "levels"),
    ):
        if number > limit:
            raise NotStrictError(
                root, f"the strict profile has at most {limit:,} {what}, this has {number:,}"
            )


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if is_object(node):
        if "properties" in node or "enum" in node or "type" in node or "anyOf" in node:
            yield node
        for key, value in node.items():
            if key not in ("enum", "required"):
                yield from _nodes(value)
    elif is_array(node):
        for item in node:
            yield from _nodes(item)


def _depth(node: Any, definitions: dict[str, Any], above: tuple[str, ...]) -> int:
    """Return how many objects and arrays stand inside each other; a recursive type counts once."""
    if not is_object(node):
        return 0
    name = str(node.get("$ref", "")).removeprefix(REF)
    if name:
        return 0 if name in above else _depth(definitions.get(name), definitions, (*above, name))
    inner = [*node.get("properties", {}).values(), *node.get("anyOf", ())]
    if "items" in node:
        inner.append(node["items"])
    below = max((_depth(each, definitions, above) for each in inner), default=0)
    return below + (node.get("type") in ("object", "array"))
