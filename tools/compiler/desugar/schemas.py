"""Schemas in the few forms that code is made from (`forms`)."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tools.compiler import pointer
from tools.compiler.desugar.forms import (
    NULL,
    Schema,
    bare,
    is_any,
    is_class,
    is_null,
    is_object,
    members,
    reference_to,
    said_by,
    target_of,
    union,
    within,
    without,
)
from tools.compiler.desugar.merging import LIMITS, ConflictError, merge, spread, widen
from tools.compiler.desugar.naming import Names, Naming
from tools.compiler.desugar.values import constant, split_enum, with_default_told
from tools.compiler.errors import CompileError, Finding
from tools.compiler.typos import schemas_among_keywords
from tools.compiler.walk import component_of, is_component, resolve

_SAID = frozenset({"default", "deprecated", "description", "example", "readOnly", "writeOnly"})
_CONDITIONS = ("if", "then", "else")
_COMPOSITIONS = ("allOf", "anyOf", "oneOf")
_PLACES = frozenset({"properties", "$defs", "definitions", "schema", "content", "items", *_COMPOSITIONS})


class Discriminated(NamedTuple):
    """A union whose members a property tells apart: what the document says, the members, the place."""

    rule: dict[str, Any]
    names: list[str]
    place: str


class Schemas:
    """The component schemas of a document, and the classes that its inline schemas become.

    A component is named as its class: `keys` has what each name of the document became. `components` are the
    desugared schemas and `places` where each was written; `raw` is what the document's own components and
    what its references lead to were before. `nullable` are those that may be null as well, `parents` has the
    children of a parent with a discriminator, `bases` what a component is made from. `defaults` are schemas
    that have one, with places.
    """

    def __init__(self, content: dict[str, Any], names: Names) -> None:
        components = content.get("components") or {}
        written = {
            name: _recursive(schema, pointer.join("#/components/schemas", name))
            for name, schema in (components.get("schemas") or {}).items()
        }
        self._content = {**content, "components": {**components, "schemas": written}}
        self.names = names
        self.keys = _keys(written, names)
        self.raw = {self.keys[name]: schema for name, schema in written.items()}
        self.places = {key: pointer.join("/components/schemas", name) for name, key in self.keys.items()}
        self.components: dict[str, Schema] = {}
        self.bases: dict[str, set[str]] = {}
        self.nullable: set[str] = set()
        self.parents: dict[str, list[str]] = {}
        self.unions: list[Discriminated] = []
        self.defaults: list[tuple[Schema, str]] = []
        self.notes: list[Finding] = []
        self.problems: list[Finding] = []
        self._active: list[str] = []
        self._inner = dict(_inner_targets(self._content))
        self._inner_keys: dict[str, str] = {}

    def build(self) -> None:
        """Take every component of the document, and collect what stops it."""
        for key in list(self.raw):
            try:
                self.component(key)
            except CompileError as error:
                self.problems += error.problems
                for failed in self._active:
                    self.components.setdefault(failed, {})
                self._active.clear()
        self._note_parents()

    def _note_parents(self) -> None:
        """Tell the children of a parent with a discriminator apart, as OpenAPI 3.0 has inheritance."""
        objects = [key for key in self.keys.values() if is_object(self.components[key])]
        for key in objects:
            rule = self.raw[key].get("discriminator") if isinstance(self.raw[key], dict) else None
            if not rule or "oneOf" in self.raw[key] or "anyOf" in self.raw[key]:
                continue
            if children := [other for other in objects if other != key and self.extends(other, key)]:
                self.parents[key] = children
                own = key in map(self.named, (rule.get("mapping") or {}).values())
                place = pointer.join(self.places[key], "discriminator")
                self.unions.append(Discriminated(rule, [*children, *([key] if own else [])], place))

    def named(self, target: Any) -> str | None:
        """Return the component that the target of a mapping names, by a reference or by its name."""
        if not isinstance(target, str):
            return None
        is_reference = target.startswith("#") and is_component(target)
        return self.keys.get(component_of(target) if is_reference else target)

    def component(self, name: str) -> Schema:
        """Return the desugared schema of a component; raise CompileError where it is made from itself."""
        if name in self.components:
            return self.components[name]
        place, naming = self.places[name], Naming("", name)
        if name in self._active:
            cycle = " → ".join([*self._active[self._active.index(name) :], name][:6])
            raise CompileError(Finding(f"the schema {name} is made from itself: {cycle}", place))
        self._active.append(name)
        schema = self.core(self.raw[name], place, naming)
        if (target := target_of(schema)) is not None:
            schema = {**self.component(target), **said_by(schema)}
            if target in self.nullable:
                self.nullable.add(name)
        classes = [member for member in members(schema) if is_class(member)]
        if len(classes) == 1 and len(members(schema)) == 2 and any(map(is_null, members(schema))):
            # It keeps its class; references to it add the null.
            self.nullable.add(name)
            schema = {**classes[0], **without(said_by(schema), "default")}
        self._active.pop()
        self.components[name] = schema if is_class(schema) else self.placed(schema, naming, place)
        return self.components[name]

    def resolved(self, schema: Schema) -> Schema:
        """Return the component that a reference leads to; any other schema as it is."""
        target = target_of(schema)
        return schema if target is None else self.component(target)

    def extends(self, name: str, other: str) -> bool:
        """Whether `name` is made from `other` by allOf, at any distance."""
        bases = self.bases.get(name, set())
        return other in bases or any(self.extends(base, other) for base in bases - {name})

    def lift(self, schema: Schema, naming: Naming, place: str | None = None) -> Schema:
        """Make the object or enum a component with a name of its own; return the reference to it."""
        name = self.names.take(naming.class_name())
        self.components[name] = schema
        self.places[name] = place or self.places.get(naming.parent, "/components/schemas")
        return reference_to(name)

    def nested(self, schema: Any, place: str, naming: Naming) -> Schema:
        """Return the desugared form of a schema that is part of something: objects are references."""
        if place in self._inner:
            return self._reference(self._inner[place])
        return self.placed(self.core(schema, place, naming), naming, place)

    def placed(self, schema: Schema, naming: Naming, place: str | None = None) -> Schema:
        """Objects and enums become components; what refers to them keeps the default."""
        if "anyOf" in schema:
            return within(schema, lambda one: self.lift(one, naming, place) if is_class(one) else one)
        if not is_class(schema):
            return schema
        default = {"default": schema["default"]} if "default" in schema else {}
        return {**self.lift(without(schema, "default"), naming, place), **default}

    def _reference(self, reference: str) -> Schema:
        """Return the reference in its canonical form; a schema within another one becomes a component."""
        if is_component(reference):
            return reference_to(self.keys[component_of(reference)])
        target = resolve(self._content, reference)
        if isinstance(target, dict) and target.keys() == {"$ref"}:
            return self._reference(target["$ref"])
        tokens = pointer.split(pointer.of_reference(reference))
        place = pointer.join("", *tokens)
        if place not in self._inner_keys:
            name = self._inner_keys[place] = self.names.take(self._naming_of(tokens).class_name())
            self.places[name], self.raw[name] = place, target
            self.component(name)
        return reference_to(self._inner_keys[place])

    def _naming_of(self, tokens: Sequence[str]) -> Naming:
        inner, parent = tokens, ""
        if tokens[:2] == ("components", "schemas") and len(tokens) > 3:
            inner, parent = tokens[3:], self.keys[tokens[2]]
        elif tokens[:1] == ("components",):
            inner = tokens[2:]
        words = [token for token in inner if token not in _PLACES and not token.isdecimal()]
        return Naming(parent, re.sub(r"\W+", "_", "_".join(words) or "_".join(inner) or "document"))

    def core(self, schema: Any, place: str, naming: Naming) -> Schema:
        """Return the desugared form of a schema; an object is itself, not a reference."""
        if not isinstance(schema, dict):
            return {}  # `true`, and `false` where a value has to be of some type
        if schema.get("nullable") is True:
            return _or_null(self.core(without(schema, "nullable"), place, naming))
        for key in schemas_among_keywords(schema):
            message = f"`{key}` is no keyword, and is passed over; a property stands below `properties`"
            self.notes.append(Finding(message, pointer.join(place, key)))
        said = {
            key: value for key, value in schema.items() if key in _SAID and (key, value) != ("default", None)
        }
        asked = {key: value for key, value in bare(schema).items() if not key.startswith("x-")}
        result = {**self._core(asked, place, naming), **said}
        if "default" in said:
            self.defaults.append((result, place))
            result = with_default_told(result)
        return result

    def _core(self, schema: dict[str, Any], place: str, naming: Naming) -> Schema:
        if "$ref" in schema:
            rest = without(schema, "$ref")
            if not rest.keys() - {"discriminator"}:
                return self._reference(schema["$ref"])
            parts = [{"$ref": schema["$ref"]}, *rest.get("allOf", [])]
            return self._core({**rest, "allOf": parts}, place, naming)
        if any(key in schema for key in _COMPOSITIONS):
            return self._composed(schema, place, naming)
        if "const" in schema:
            return constant(schema["const"])
        types = schema.get("type", [])
        types = list(dict.fromkeys(types if isinstance(types, list) else [types]))
        if "enum" in schema:
            alternatives = split_enum(schema["enum"], types, place)
            # Null beside an enum without it is not valid JSON Schema, but it is what authors mean.
            return union([*alternatives, NULL] if "null" in types else alternatives)
        if len(types) > 1:
            return self._of_types(types, schema, place, naming)
        kind = types[0] if types else _implied_type(schema)
        if kind == "object":
            return self._object(schema, place, naming)
        limits = {key: value for key, value in schema.items() if key in LIMITS}
        if kind == "array":
            return {**limits, "type": "array", "items": self._items(schema, place, naming)}
        if kind == "string":
            if schema.get("format", "byte") != "byte":
                limits["format"] = schema["format"]
            elif "contentMediaType" in schema and not {"contentEncoding", "format"} & schema.keys():
                limits["format"] = "binary"
        return limits if kind is None else {**limits, "type": kind}

    def _of_types(self, types: list[str], schema: dict[str, Any], place: str, naming: Naming) -> Schema:
        several = len({*types} - {"null"}) > 1
        found = []
        for i, kind in enumerate(types):
            own = naming.child(f"type_{i}") if several else naming
            one = self._core({**schema, "type": kind}, place, own)
            found.append(self.placed(one, own, place) if several else one)
        return union(found)

    def _items(self, schema: dict[str, Any], place: str, naming: Naming) -> Schema:
        items = schema.get("items")
        key = "prefixItems" if "prefixItems" in schema else "items"
        first = schema[key] if isinstance(schema.get(key), list) else []
        parts = [(item, pointer.join(place, key, i)) for i, item in enumerate(first)]
        if isinstance(items, dict):
            parts.append((items, pointer.join(place, "items")))
        if len(parts) == 1:
            return self.nested(*parts[0], naming.child("item"))
        found = [self.nested(*part, naming.child(f"item_type_{i}")) for i, part in enumerate(parts)]
        return union(found) if found else {}

    def _object(self, schema: dict[str, Any], place: str, naming: Naming) -> Schema:
        owner = self.names.class_of(naming.class_name())
        properties = {
            name: self.nested(value, pointer.join(place, "properties", name), Naming(owner, name))
            for name, value in (schema.get("properties") or {}).items()
            if value is not False
        }
        limits = {key: value for key, value in schema.items() if key in LIMITS}
        required = list(dict.fromkeys(schema.get("required", [])))
        result: Schema = {"type": "object", "properties": properties, "required": required, **limits}
        further = self._further(schema, place, Naming(owner, "AdditionalProperty"))
        if further is False or not is_any(further):
            result["additionalProperties"] = further
        for name, value in self._conditional(schema, place, naming).items():
            properties.setdefault(name, value)
        return result

    def _further(self, schema: dict[str, Any], place: str, naming: Naming) -> Any:
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
        return {} if any(map(is_any, found)) else union(found) if found else False

    def _conditional(self, schema: dict[str, Any], place: str, naming: Naming) -> Schema:
        """Return the properties that if, then, else and dependentSchemas speak of."""
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
                    inner = spread(inner, self)
            if is_object(inner):
                found.append(inner)
        added: Schema = widen(found)["properties"] if found else {}
        return added

    def _composed(self, schema: dict[str, Any], place: str, naming: Naming) -> Schema:
        """allOf, anyOf, oneOf, and whatever stands beside them."""
        head = without(schema, *_COMPOSITIONS, "discriminator")
        unions = [key for key in ("anyOf", "oneOf") if key in schema]
        if not head and not unions and len(schema["allOf"]) == 1:
            result = self.core(schema["allOf"][0], pointer.join(place, "allOf", 0), naming)
            self._note_base(result, naming)
            return result
        parts = [
            self._part(member, pointer.join(place, "allOf", i), naming)
            for i, member in enumerate(schema.get("allOf", []))
        ]
        if head:
            parts.append(self._core(head, place, naming))
        if unions:
            parts = [_without_emptiness(part) for part in parts]
        inline = any(is_object(part) and part.get("properties") for part in parts)
        try:
            parts += [self._alternatives(schema, key, place, naming, inline=inline) for key in unions]
            result = parts[0]
            for part in parts[1:]:
                result = merge(result, part, self)
        except ConflictError as conflict:
            about = f" about the property {conflict.path}" if conflict.path else ""
            message = f"the parts of the schema contradict each other{about}: {conflict.reason}"
            raise CompileError(Finding(message, place, remedy="No value can satisfy them all.")) from None
        return result

    def _alternatives(
        self, schema: dict[str, Any], key: str, place: str, naming: Naming, *, inline: bool
    ) -> Schema:
        """Return the members of a union. `inline`: objects stay objects, to become part of another one."""
        listed = [
            (member, pointer.join(place, key, i))
            for i, member in enumerate(schema[key])
            if member is not False
        ]
        if inline:
            return {"anyOf": [self._part(member, at, naming) for member, at in listed]}
        several = len([member for member, _ in listed if not _only_null(member)]) > 1
        found = [
            self.nested(member, at, naming.child(f"type_{i}")) if several else self.core(member, at, naming)
            for i, (member, at) in enumerate(listed)
        ]
        if rule := schema.get("discriminator"):
            targets = [target_of(part) for one in found for part in members(one)]
            names = [target for target in targets if target is not None]
            self.unions.append(Discriminated(rule, names, pointer.join(place, "discriminator")))
        return union(found)

    def _part(self, schema: Any, place: str, naming: Naming) -> Schema:
        """Return a schema that becomes part of another: the object behind a reference, undescribed."""
        core = self.core(schema, place, naming)
        target = self._note_base(core, naming)
        return core if target is None else bare(self.component(target))

    def _note_base(self, schema: Schema, naming: Naming) -> str | None:
        """Remember the component that a reference leads to as a base of the component that it is part of."""
        target = target_of(schema)
        if target is not None and not naming.parent and naming.own in self.places:
            self.bases.setdefault(naming.own, set()).add(target)
        return target


def _keys(written: dict[str, Any], names: Names) -> dict[str, str]:
    """Return the class of each name of the document. Names that are those of their classes keep them."""
    return {name: names.take(name) for name in sorted(written, key=lambda name: names.class_of(name) != name)}


def _recursive(value: Any, root: str) -> Any:
    """Return a schema with a reference to `root`, the component it is in, for `$recursiveRef` of 2019."""
    if isinstance(value, list):
        return [_recursive(item, root) for item in value]
    if not isinstance(value, dict):
        return value
    reference = {"$ref": root} if "$recursiveRef" in value else {}
    return {key: _recursive(item, root) for key, item in value.items() if key != "$recursiveRef"} | reference


def _inner_targets(content: Any) -> Iterator[tuple[str, str]]:
    """Yield the places of schemas within schemas that references lead to, with the references."""
    stack = [content]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str) and reference.startswith("#") and not is_component(reference):
                tokens = pointer.split(pointer.of_reference(reference))
                if "schemas" in tokens or "schema" in tokens:
                    yield pointer.join("", *tokens), reference
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)


def _implied_type(schema: dict[str, Any]) -> str | None:
    if any(key in schema for key in ("properties", "patternProperties", "required", *_CONDITIONS)):
        return "object"
    if isinstance(schema.get("additionalProperties"), dict):
        return "object"
    return "array" if "items" in schema or "prefixItems" in schema else None


def _only_null(schema: Any) -> bool:
    return isinstance(schema, dict) and (
        schema.get("type") in ("null", ["null"]) or ("const" in schema and schema["const"] is None)
    )


def _or_null(schema: Schema) -> Schema:
    if is_any(schema) or any(map(is_null, members(schema))):
        return schema
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], NULL]}
    if is_object(schema):
        return {"anyOf": [schema, NULL]}
    return {"anyOf": [bare(schema), NULL], **said_by(schema)}


def _without_emptiness(schema: Schema) -> Schema:
    """Drop the keys of an object of which nothing else is known: beside a union they say no more."""
    if is_object(schema) and not schema.get("properties") and "additionalProperties" not in schema:
        return {"type": "object"}
    return schema
