"""Schemas in the few forms that the generator gets right.

What comes out is one of these, with annotations: nothing (any value); `$ref` to a component; `allOf` with
one `$ref` (a reference that says more about itself); `anyOf` of two or more of the others; `const`; `enum`
of text or of integers; `type` with one scalar type; an array with `items`; an object, only as a component.
"""

from __future__ import annotations

import contextlib
import json
import re
from typing import TYPE_CHECKING, Any

from tools.compiler import pointer
from tools.compiler.desugar.kinds import kind_of
from tools.compiler.desugar.merging import (
    ANNOTATIONS,
    LIMITS,
    ConflictError,
    bare,
    is_any,
    is_null,
    is_object,
    members,
    merge,
    reference_of,
    said_by,
    spread,
    union,
    widen,
)
from tools.compiler.desugar.naming import Names, Naming
from tools.compiler.desugar.required import place_within
from tools.compiler.desugar.values import allows_default, constant, misfit, split_enum
from tools.compiler.errors import CompileError, Finding
from tools.compiler.walk import SCHEMAS, component_of, is_component, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SAID = frozenset({"default", "deprecated", "description", "example", "readOnly", "writeOnly"})
_CONDITIONS = ("if", "then", "else")
_COMPOSITIONS = ("allOf", "anyOf", "oneOf")
_PLACES = frozenset({"properties", "$defs", "definitions", "schema", "content", "items", *_COMPOSITIONS})


class Schemas:
    """The component schemas of a document, and the classes that its inline schemas become."""

    def __init__(self, content: dict[str, Any], names: Names) -> None:
        self._content = content
        self._names = names
        self._raw: dict[str, Any] = (content.get("components") or {}).get("schemas") or {}
        self._key_of = self.keys = _keys(self._raw, names)
        self._name_of = {key: name for name, key in self._key_of.items()}
        self._active: list[str] = []
        self.bases: dict[str, set[str]] = {}
        self._lifted: dict[str, str] = {}
        self._wanted = set(_inner_targets(content))
        self.components: dict[str, dict[str, Any]] = {}
        self.places: dict[str, str] = {
            key: pointer.join("/components/schemas", name) for name, key in self._key_of.items()
        }
        self.nullable: set[str] = set()
        self.parents: dict[str, list[str]] = {}
        self.unions: list[Discriminated] = []
        self.defaults: list[tuple[dict[str, Any], Any, str]] = []
        self.notes: list[Finding] = []
        self.problems: list[Finding] = []

    def build(self) -> None:
        """Take every component of the document, and collect what stops it."""
        for name in self._raw:
            try:
                self.component(self._key_of[name])
            except CompileError as error:
                self.problems += error.problems
                for failed in self._active:
                    self.components.setdefault(failed, {})
                self._active.clear()
        self._note_parents()

    def _note_parents(self) -> None:
        """Tell the children of a parent with a discriminator apart, as OpenAPI 3.0 has inheritance."""
        for name, key in self._key_of.items():
            raw = self._raw[name]
            rule = raw.get("discriminator") if isinstance(raw, dict) else None
            if not rule or "oneOf" in raw or "anyOf" in raw or not is_object(self.components[key]):
                continue
            children = [other for other in self._key_of.values() if other != key and self.extends(other, key)]
            children = [child for child in children if is_object(self.components[child])]
            if children:
                self.parents[key] = children
                place = pointer.join(self.places[key], "discriminator")
                own = [target for target in (rule.get("mapping") or {}).values() if self.named(target) == key]
                self.unions.append(Discriminated(rule, [*children, *([key] if own else [])], place))

    def named(self, target: Any) -> str | None:
        """Return the component that the target of a mapping names, by a reference or by its name."""
        if not isinstance(target, str):
            return None
        if target.startswith("#") and is_component(target):
            return self._key_of.get(component_of(target))
        return self._key_of.get(target)

    def component(self, name: str) -> dict[str, Any]:
        """Return the desugared schema of a component; raise CompileError where it is made from itself."""
        if name in self.components:
            return self.components[name]
        place = self.places[name]
        if name in self._active:
            cycle = " → ".join([*self._active[self._active.index(name) :], name][:6])
            raise CompileError(f"the schema {name} is made from itself: {cycle}", pointer=place)
        self._active.append(name)
        raw = self._raw[self._name_of[name]]
        naming = Naming("", name)
        schema = self.core(raw, place, naming)
        if (reference := reference_of(schema)) is not None:
            schema = {**self.component(component_of(reference)), **said_by(schema)}
            if component_of(reference) in self.nullable:
                self.nullable.add(name)
        schema = self._with_class(name, schema, place, naming)
        self._active.pop()
        self.components[name] = schema
        return schema

    def _with_class(self, name: str, schema: dict[str, Any], place: str, naming: Naming) -> dict[str, Any]:
        """Keep the class of a component that is an object or null; references to it add the null."""
        if is_object(schema) or "enum" in schema:
            return schema
        if "anyOf" in schema:
            objects = [member for member in schema["anyOf"] if is_object(member) or "enum" in member]
            if len(objects) == 1 and len(schema["anyOf"]) == 2 and any(map(is_null, schema["anyOf"])):
                self.nullable.add(name)
                said = {key: value for key, value in said_by(schema).items() if key != "default"}
                return {**objects[0], **said}
        return self.placed(schema, place, naming)

    def key_of(self, name: str) -> str | None:
        """Return the component that a name of the document has become."""
        return self._key_of.get(name)

    def name_of(self, key: str) -> str:
        """Return the name that the document has for a component."""
        return self._name_of.get(key, key)

    def place_of_required(self, key: str, name: str) -> str | None:
        """Return where a component itself requires the property `name`; None where another one does."""
        with contextlib.suppress(KeyError):
            place = self.places[key]
            return place_within(resolve(self._content, f"#{place}"), name, place)
        return None

    def extends(self, name: str, other: str) -> bool:
        """Whether `name` is made from `other` by allOf, at any distance."""
        bases = self.bases.get(name, set())
        return other in bases or any(self.extends(base, other) for base in bases - {name})

    def lift(self, schema: dict[str, Any], naming: Naming, place: str | None = None) -> dict[str, Any]:
        """Make the object a component with a name of its own; return the reference to it."""
        name = self._names.take(naming.class_name())
        self.components[name] = schema
        self.places[name] = place or self.places.get(naming.parent, "/components/schemas")
        return {"$ref": f"{SCHEMAS}{name}"}

    def nested(self, schema: Any, place: str, naming: Naming) -> dict[str, Any]:
        """Return the desugared form of a schema that is part of something: objects are references."""
        if place in self._wanted:
            return self.reference(f"#{place}")
        return self.placed(self.core(schema, place, naming), place, naming)

    def placed(self, schema: dict[str, Any], place: str | None, naming: Naming) -> dict[str, Any]:
        """Objects and enums become components; what refers to them keeps the default."""
        if is_object(schema) or "enum" in schema:
            default = {"default": schema["default"]} if "enum" in schema and "default" in schema else {}
            lifted = self.lift({k: v for k, v in schema.items() if k != "default"}, naming, place)
            return {"allOf": [lifted], **default} if default else lifted
        if "anyOf" in schema:
            placed = [
                self.lift(member, naming, place) if is_object(member) or "enum" in member else member
                for member in schema["anyOf"]
            ]
            return {**schema, "anyOf": placed}
        return schema

    def reference(self, reference: str) -> dict[str, Any]:
        """Return the reference in its canonical form; a schema within another one becomes a component."""
        if is_component(reference):
            return {"$ref": f"{SCHEMAS}{self._key_of[component_of(reference)]}"}
        tokens = pointer.split(pointer.of_reference(reference))
        place = pointer.join("", *tokens)
        if place not in self._lifted:
            naming = self._naming_of(tokens)
            name = self._names.take(naming.class_name())
            self._lifted[place] = name
            self.places[name] = place
            target = resolve(self._content, reference)
            core = self.core(target, place, Naming("", name))
            self.components[name] = self._with_class(name, self._resolved(core), place, Naming("", name))
        return {"$ref": f"{SCHEMAS}{self._lifted[place]}"}

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        reference = reference_of(schema)
        if reference is None:
            return schema
        return {**self.component(component_of(reference)), **said_by(schema)}

    def _naming_of(self, tokens: Sequence[str]) -> Naming:
        inner = tokens
        parent = ""
        if tokens[:2] == ("components", "schemas") and len(tokens) > 3:
            parent = self._names.class_of(self._key_of[tokens[2]])
            inner = tokens[3:]
        elif tokens[:1] == ("components",):
            inner = tokens[2:]
        words = [token for token in inner if token not in _PLACES and not token.isdecimal()]
        own = "_".join(words) or "_".join(inner) or "document"
        return Naming(parent, re.sub(r"\W+", "_", own))

    def core(self, schema: Any, place: str, naming: Naming) -> dict[str, Any]:
        """Return the desugared form of a schema; an object is itself, not a reference."""
        if not isinstance(schema, dict):
            return {}  # `true`, and `false` where a value has to be of some type
        if schema.get("nullable") is True:
            inner = self.core({k: v for k, v in schema.items() if k != "nullable"}, place, naming)
            return _or_null(inner)
        said = {key: value for key, value in schema.items() if key in _SAID}
        schema = {
            key: value for key, value in schema.items() if key not in ANNOTATIONS and not key.startswith("x-")
        }
        result = self._core(schema, place, naming)
        default = said.pop("default", None)
        result = {**result, **said}
        if set(result) == {"allOf"}:
            result = dict(result["allOf"][0])
        if default is not None:
            result = self._with_default(result, default, place)
            if "anyOf" in result or reference_of(result) is not None:
                self.defaults.append((result, default, place))
        return result

    def _with_default(self, schema: dict[str, Any], default: Any, place: str) -> dict[str, Any]:
        """Return the schema with its default, or with a word about it where the generator cannot take it."""
        if reference_of(schema) is None and "anyOf" not in schema and not is_object(schema):
            shown = allows_default(schema, default)
            if shown is None:
                self.notes.append(misfit(default, place))
            whole = schema.get("type") == "integer" or type((schema.get("enum") or [""])[0]) is int
            if shown:
                return {
                    **schema,
                    "default": int(default) if whole and kind_of(default) == "integer" else default,
                }
        elif not isinstance(default, dict | list) and not is_object(schema):
            return {**schema, "default": default}
        text = json.dumps(default, ensure_ascii=False)
        if default in ({}, []) or len(text) > 200:
            return schema
        description = schema.get("description", "")
        return {**schema, "description": f"{description}\n\nDefault: {text}".strip()}

    def _core(self, schema: dict[str, Any], place: str, naming: Naming) -> dict[str, Any]:
        if "$ref" in schema:
            rest = {key: value for key, value in schema.items() if key != "$ref"}
            if not rest or set(rest) <= {"discriminator"}:
                return {"allOf": [self.reference(schema["$ref"])]}
            first = {"$ref": schema["$ref"]}
            return self._core({**rest, "allOf": [first, *rest.get("allOf", [])]}, place, naming)
        types = schema.get("type", [])
        types = list(dict.fromkeys(types if isinstance(types, list) else [types]))
        if any(key in schema for key in _COMPOSITIONS):
            return self._composed(schema, place, naming)
        if "const" in schema:
            return constant(schema["const"])
        if "enum" in schema:
            alternatives = split_enum(schema["enum"], types, place)
            # Null beside an enum without it is not valid JSON Schema, but it is what authors mean.
            return union([*alternatives, {"type": "null"}] if "null" in types else alternatives)
        if len(types) > 1:
            return self._of_types(types, schema, place, naming)
        kind = types[0] if types else _implied_type(schema)
        if kind == "object":
            return self._object(schema, place, naming)
        if kind == "array":
            return {**_limits(schema), "type": "array", "items": self._items(schema, place, naming)}
        if kind is None:
            return _limits(schema)
        kept = {**_limits(schema), "type": kind}
        if (
            kind == "string"
            and "contentMediaType" in schema
            and not {"contentEncoding", "format"} & schema.keys()
        ):
            kept["format"] = "binary"
        if kind == "string" and "format" in schema and schema["format"] != "byte":
            kept["format"] = schema["format"]
        return kept

    def _of_types(
        self, types: list[str], schema: dict[str, Any], place: str, naming: Naming
    ) -> dict[str, Any]:
        if len([kind for kind in types if kind != "null"]) == 1:
            return union([self._core({**schema, "type": kind}, place, naming) for kind in types])
        namings = [naming.child(f"type_{i}") for i in range(len(types))]
        return union(
            [
                self.placed(self._core({**schema, "type": kind}, place, own), place, own)
                for kind, own in zip(types, namings, strict=True)
            ]
        )

    def _items(self, schema: dict[str, Any], place: str, naming: Naming) -> dict[str, Any]:
        items = schema.get("items")
        first = schema.get("prefixItems", items if isinstance(items, list) else [])
        rest = None if isinstance(items, list | bool) else items
        if not first:
            item_place = pointer.join(place, "items")
            return self.nested(rest, item_place, naming.child("item")) if rest is not None else {}
        key = "prefixItems" if "prefixItems" in schema else "items"
        parts = [(item, pointer.join(place, key, i)) for i, item in enumerate(first)]
        if rest is not None:
            parts.append((rest, pointer.join(place, "items")))
        if len(parts) == 1:
            return self.nested(parts[0][0], parts[0][1], naming.child("item"))
        return union(
            [self.nested(part, at, naming.child(f"item_type_{i}")) for i, (part, at) in enumerate(parts)]
        )

    def _object(self, schema: dict[str, Any], place: str, naming: Naming) -> dict[str, Any]:
        owner = self._names.class_of(naming.class_name())
        properties = {
            name: self.nested(value, pointer.join(place, "properties", name), Naming(owner, name))
            for name, value in (schema.get("properties") or {}).items()
            if value is not False
        }
        result: dict[str, Any] = {"type": "object", "properties": properties, **_limits(schema)}
        if required := list(dict.fromkeys(schema.get("required", []))):
            result["required"] = required
        further = self._further(schema, place, Naming(owner, "AdditionalProperty"))
        if isinstance(further, bool) or not is_any(further):
            result["additionalProperties"] = further
        if any(key in schema for key in (*_CONDITIONS, "dependentSchemas")):
            result = self._with_conditions(result, schema, place, naming)
        return result

    def _further(self, schema: dict[str, Any], place: str, naming: Naming) -> dict[str, Any] | bool:
        """Return what properties without a name of their own hold; False if there may be none."""
        own = schema.get("additionalProperties", True)
        patterns = schema.get("patternProperties") or {}
        if own is True or own == {}:
            return {}
        found = []
        if isinstance(own, dict):
            found.append(self.nested(own, pointer.join(place, "additionalProperties"), naming))
        for i, (pattern, value) in enumerate(patterns.items()):
            if value is not False:
                at = pointer.join(place, "patternProperties", pattern)
                several = len(patterns) > 1 or found
                found.append(self.nested(value, at, naming.child(f"type_{i}") if several else naming))
        if any(map(is_any, found)):
            return {}
        return union(found) if found else False

    def _with_conditions(
        self, result: dict[str, Any], schema: dict[str, Any], place: str, naming: Naming
    ) -> dict[str, Any]:
        """Add the properties that if, then, else and dependentSchemas speak of, none of them required."""
        parts = [(schema[key], pointer.join(place, key)) for key in _CONDITIONS if key in schema]
        parts += [
            (value, pointer.join(place, "dependentSchemas", name))
            for name, value in schema.get("dependentSchemas", {}).items()
        ]
        found = []
        for part, at in parts:
            inner = self._part(part, at, naming)
            if "anyOf" in inner:
                with contextlib.suppress(ConflictError):  # a condition on values that are no objects
                    inner = spread(inner, self, naming)
            if is_object(inner):
                found.append(inner)
        added = widen(found)["properties"] if found else {}
        new = {name: value for name, value in added.items() if name not in result["properties"]}
        return {**result, "properties": {**result["properties"], **new}}

    def _composed(self, schema: dict[str, Any], place: str, naming: Naming) -> dict[str, Any]:
        """allOf, anyOf, oneOf, and whatever stands beside them."""
        head = {k: v for k, v in schema.items() if k not in (*_COMPOSITIONS, "discriminator")}
        alone = not head and len(set(schema) & set(_COMPOSITIONS)) == 1
        if alone and len(schema.get("allOf", [])) == 1:
            at = pointer.join(place, "allOf", 0)
            return self._keep_reference(self.core(schema["allOf"][0], at, naming), naming)
        parts = [
            self._part(member, pointer.join(place, "allOf", i), naming)
            for i, member in enumerate(schema.get("allOf", []))
        ]
        if head:
            parts.append(self._core(head, place, naming))
        in_unions = any(key in schema for key in ("anyOf", "oneOf"))
        if in_unions:
            parts = [_without_emptiness(part) for part in parts]
        collapses = any(is_object(part) and part.get("properties") for part in parts)
        try:
            for key in ("anyOf", "oneOf"):
                if key in schema:
                    parts.append(
                        self._alternatives(schema, pointer.join(place, key), key, naming, inline=collapses)
                    )
            result = parts[0]
            for part in parts[1:]:
                result = merge(result, part, self, naming)
        except ConflictError as conflict:
            about = f" about the property {conflict.path}" if conflict.path else ""
            raise CompileError(
                f"the parts of the schema contradict each other{about}: {conflict.reason}",
                pointer=place,
                remedy="No value can satisfy them all.",
            ) from None
        return result

    def _keep_reference(self, result: dict[str, Any], naming: Naming) -> dict[str, Any]:
        if reference_of(result) is not None and naming.parent == "" and naming.own in self.places:
            self.bases.setdefault(naming.own, set()).add(component_of(reference_of(result) or ""))
        return result

    def _alternatives(
        self, schema: dict[str, Any], place: str, key: str, naming: Naming, *, inline: bool
    ) -> dict[str, Any]:
        """Return the members of a union. `inline`: objects stay objects, to become part of another one."""
        listed = [
            (member, pointer.join(place, i)) for i, member in enumerate(schema[key]) if member is not False
        ]
        if inline:
            return {"anyOf": [self._part(member, at, naming) for member, at in listed]}
        several = len([member for member, _ in listed if not _only_null(member)]) > 1
        found = [
            self.nested(member, at, naming.child(f"type_{i}")) if several else self.core(member, at, naming)
            for i, (member, at) in enumerate(listed)
        ]
        if schema.get("discriminator"):
            self.unions.append(
                Discriminated(
                    schema["discriminator"],
                    [
                        component_of(ref)
                        for one in found
                        for part in members(one)
                        if (ref := reference_of(part))
                    ],
                    pointer.join(place.rpartition("/")[0], "discriminator"),
                )
            )
        return union(found)

    def _part(self, schema: Any, place: str, naming: Naming) -> dict[str, Any]:
        """Return a schema that becomes part of another: the object behind a reference, undescribed."""
        core = self.core(schema, place, naming)
        reference = reference_of(core)
        if reference is None:
            return core
        name = component_of(reference)
        if naming.parent == "" and naming.own in self.places:
            self.bases.setdefault(naming.own, set()).add(name)
        return bare(self.component(name))


class Discriminated:
    """A union whose members a property tells apart: what the document says, the members, the place."""

    def __init__(self, rule: dict[str, Any], names: list[str], place: str) -> None:
        self.rule = rule
        self.names = names
        self.place = place


def _keys(raw: dict[str, Any], names: Names) -> dict[str, str]:
    """Return a component's name in the generator's terms for each name of the document.

    Names that are those of their classes come first, so that they keep them.
    """
    found: dict[str, str] = {}
    for name in sorted(raw, key=lambda name: names.class_of(name) != name):
        plain = all(character.isalnum() or character in "._-" for character in name)
        found[name] = names.take(name if plain and name else names.class_of(name))
    return found


def _inner_targets(content: Any) -> Iterator[str]:
    """Yield the places of schemas within schemas that references lead to."""
    stack = [content]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str) and reference.startswith("#") and not is_component(reference):
                tokens = pointer.split(pointer.of_reference(reference))
                if "schemas" in tokens or "schema" in tokens:
                    yield pointer.join("", *tokens)
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)


def _implied_type(schema: dict[str, Any]) -> str | None:
    if any(key in schema for key in ("properties", "patternProperties", "required", *_CONDITIONS)):
        return "object"
    if isinstance(schema.get("additionalProperties"), dict):
        return "object"
    return "array" if "items" in schema or "prefixItems" in schema else None


def _limits(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key in LIMITS}


def _only_null(schema: Any) -> bool:
    return isinstance(schema, dict) and (
        schema.get("type") in ("null", ["null"]) or ("const" in schema and schema["const"] is None)
    )


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    if is_any(schema) or any(map(is_null, members(schema))):
        return schema
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
    own = {} if is_object(schema) else said_by(schema)
    inner = schema if is_object(schema) else bare(schema)
    return {"anyOf": [inner, {"type": "null"}], **own}


def _without_emptiness(schema: dict[str, Any]) -> dict[str, Any]:
    """Drop the keys of an object of which nothing else is known: beside a union they say no more."""
    if is_object(schema) and not schema.get("properties") and "additionalProperties" not in schema:
        return {"type": "object"}
    return schema
