"""Finds what no client can be made from: everything here is refused before anything is written."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

import attrs

from tools.compiler import pointer, typos
from tools.compiler.errors import CompileError, Finding
from tools.compiler.media import is_json
from tools.compiler.walk import METHODS, follow, operation_name, operations, resolve, tag_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tools.compiler.walk import Operation

TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
# The longest name of a file is 255 bytes on common systems; Python's own suffixes need some of it.
MAX_NAME_BYTES = 200

SCHEMA_MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
SCHEMA_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
SCHEMA_VALUES = (
    "additionalProperties",
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
)
STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}
_KINDS: dict[type, str] = {dict: "a mapping", list: "a list", str: "text"}
_PATH_PARAMETER = re.compile(r"\{([^{}]*)\}")


def check(content: dict[str, Any]) -> None:
    """Raise CompileError with every problem of the document's shape, its references and its names."""
    problems = findings(content)
    if problems:
        raise CompileError.of(problems)


def findings(content: dict[str, Any]) -> list[Finding]:
    """Return every problem of the document's shape, its references and its names."""
    problems = list(_top(content))
    if problems:
        return problems
    problems = list(_Walk(content).document())
    # In a document whose shape is wrong, the names may not be there to be looked at.
    with contextlib.suppress(*([KeyError, TypeError, AttributeError] if problems else [])):
        problems += [attrs.evolve(finding, local=True) for finding in _names(content)]
    return problems


def _top(content: dict[str, Any]) -> Iterator[Finding]:
    if "swagger" in content:
        yield Finding(
            f"Swagger {content['swagger']} is not supported",
            "/swagger",
            remedy="Convert the document to OpenAPI 3.1.",
        )
        return
    if "openapi" not in content:
        yield Finding("not an OpenAPI document: there is no `openapi` at the top", "")
        return
    version = str(content["openapi"])
    if not re.fullmatch(r"3\.[01](\.\d+)?", version):
        yield Finding(
            f"OpenAPI {version[:40]} is not supported",
            "/openapi",
            remedy="Use 3.0.x or 3.1.x, such as 3.1.0.",
        )
    info = content.get("info")
    if not isinstance(info, dict):
        yield Finding("`info` is missing" if info is None else "`info` must be a mapping", "/info")
        return
    if "title" not in info:
        yield Finding("`info.title` is missing", "/info", remedy="Name the API: title: …")
    for key in ("title", "version"):
        if key not in info:
            continue
        if isinstance(info[key], dict | list) or info[key] is None:
            yield Finding(f"`info.{key}` must be text", f"/info/{key}")
    yield from _lists(content)
    yield from typos.misspelt(content, typos.DOCUMENT, "")
    if not any(key in content for key in ("paths", "components", "webhooks")):
        yield Finding("there is neither `paths` nor `components`: is the document whole?", "")


def _lists(content: dict[str, Any]) -> Iterator[Finding]:
    """Servers, tags and security, which are lists of mappings."""
    for key, needed in (("servers", "url"), ("tags", "name"), ("security", None)):
        listed = content.get(key)
        if listed is None:
            continue
        if not isinstance(listed, list):
            yield _wrong(pointer.join("", key), list)
            continue
        for i, item in enumerate(listed):
            if not isinstance(item, dict) or (needed and not isinstance(item.get(needed), str)):
                what = f"a mapping with `{needed}`" if needed else "a mapping"
                yield Finding(f"each of `{key}` must be {what}", pointer.join("", key, i))
    components = content.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, dict) else None
    if schemes is not None and (
        not isinstance(schemes, dict) or not all(isinstance(scheme, dict) for scheme in schemes.values())
    ):
        yield _wrong("/components/securitySchemes", dict)


class _Walk:
    """Walks the document as OpenAPI lays it out; says where it is laid out differently."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content
        self.followed: set[str] = set()
        self.seen: set[tuple[int, str]] = set()

    def document(self) -> Iterator[Finding]:
        paths = self.content.get("paths")
        if paths is not None:
            yield from self.mapping(paths, "/paths", self.path_item)
        components = self.content.get("components")
        if components is None:
            return
        if not isinstance(components, dict):
            yield Finding("`components` must be a mapping", "/components")
            return
        yield from typos.misspelt(components, typos.COMPONENTS, "/components")
        kinds: dict[str, Callable[[Any, str], Iterator[Finding]]] = {
            "schemas": self.schema,
            "parameters": self.parameter,
            "responses": self.response,
            "requestBodies": self.request_body,
            "pathItems": self.path_item,
        }
        for kind, visit in kinds.items():
            if components.get(kind) is not None:
                yield from self.mapping(components[kind], pointer.join("/components", kind), visit)

    def mapping(
        self, node: Any, place: str, visit: Callable[[Any, str], Iterator[Finding]]
    ) -> Iterator[Finding]:
        if not isinstance(node, dict):
            yield _wrong(place, dict)
            return
        for key, value in node.items():
            if not key.startswith("x-") or place.endswith("/properties") or "/schemas" in place:
                yield from visit(value, pointer.join(place, key))

    def listing(
        self, node: Any, place: str, visit: Callable[[Any, str], Iterator[Finding]]
    ) -> Iterator[Finding]:
        if not isinstance(node, list):
            yield _wrong(place, list)
            return
        for index, value in enumerate(node):
            yield from visit(value, pointer.join(place, index))

    def path_item(self, item: Any, place: str) -> Iterator[Finding]:
        if not isinstance(item, dict):
            yield _wrong(place, dict)
            return
        yield from typos.misspelt(item, typos.PATH_ITEM, place)
        if "$ref" in item:
            yield from self.reference(item, place, "pathItems")
        if "parameters" in item:
            yield from self.listing(item["parameters"], pointer.join(place, "parameters"), self.parameter)
        for key, value in item.items():
            if key in METHODS:
                yield from self.operation(value, pointer.join(place, key))
            elif key not in typos.PATH_ITEM and isinstance(value, dict) and not key.startswith("x-"):
                yield Finding(
                    f"`{_cut(key)}` is not a method that OpenAPI {self.content['openapi']} has",
                    pointer.join(place, key),
                    remedy=f"The methods are {', '.join(METHODS)}. A key of one's own starts with x-.",
                )

    def operation(self, operation: Any, place: str) -> Iterator[Finding]:
        if not isinstance(operation, dict):
            yield _wrong(place, dict)
            return
        yield from typos.misspelt(operation, typos.OPERATION, place)
        for key in ("operationId", "summary", "description"):
            if key in operation and not isinstance(operation[key], str):
                yield _wrong(pointer.join(place, key), str)
        security = operation.get("security", [])
        if not isinstance(security, list) or not all(isinstance(item, dict) for item in security):
            yield Finding("`security` must be a list of mappings", pointer.join(place, "security"))
        tags = operation.get("tags", [])
        if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
            yield Finding("`tags` must be a list of text", pointer.join(place, "tags"))
        if "parameters" in operation:
            yield from self.listing(
                operation["parameters"], pointer.join(place, "parameters"), self.parameter
            )
        if "requestBody" in operation:
            yield from self.request_body(operation["requestBody"], pointer.join(place, "requestBody"))
        if not operation.get("responses"):
            if self.content["openapi"].startswith("3.1") and "responses" not in operation:
                return
            yield Finding(
                "the operation has no `responses`",
                place,
                remedy="Document at least the response of a successful call.",
            )
        else:
            yield from self.responses(operation["responses"], pointer.join(place, "responses"))

    def responses(self, responses: Any, place: str) -> Iterator[Finding]:
        if isinstance(responses, dict):
            seen: set[str] = set()
            for code in responses:
                if code.upper() in seen:
                    yield Finding(f"{code} is here a second time", pointer.join(place, code))
                seen.add(code.upper())
                if not re.fullmatch(r"[1-5](\d\d|XX|xx)|default|x-.*", code, re.DOTALL):
                    yield Finding(
                        f"{code[:40]!r} is not a status code",
                        pointer.join(place, code),
                        remedy="Write a code such as 200, a range such as 4XX, or default.",
                    )
        yield from self.mapping(responses, place, self.response)

    def parameter(self, parameter: Any, place: str) -> Iterator[Finding]:
        if not isinstance(parameter, dict):
            yield _wrong(place, dict)
            return
        if "$ref" in parameter:
            yield from self.reference(parameter, place, "parameters")
            return
        if not isinstance(parameter.get("name"), str):
            yield Finding("the parameter has no `name`", place)
        location, style = parameter.get("in"), parameter.get("style")
        if location not in STYLES:
            yield Finding("`in` must be query, path, header or cookie", place)
        elif style is not None and style not in STYLES[location]:
            remedy = f"Write one of {', '.join(STYLES[location])}."
            message = f"a {location} parameter cannot have the style {str(style)[:40]}"
            yield Finding(message, pointer.join(place, "style"), remedy=remedy)
        if "schema" in parameter:
            yield from self.schema(parameter["schema"], pointer.join(place, "schema"))
        elif "content" in parameter:
            kinds = list(parameter["content"]) if isinstance(parameter["content"], dict) else []
            if len(kinds) != 1 or not is_json(str(kinds[0])):
                message = "the `content` of a parameter must be one type, and JSON"
                yield Finding(message, place, remedy="Use `schema`.")
            else:
                kind = kinds[0]
                yield from self.media_type(parameter["content"][kind], pointer.join(place, "content", kind))
        else:
            yield Finding("the parameter has no `schema`", place)

    def request_body(self, body: Any, place: str) -> Iterator[Finding]:
        if not isinstance(body, dict):
            yield _wrong(place, dict)
            return
        if "$ref" in body:
            yield from self.reference(body, place, "requestBodies")
            return
        if not body.get("content"):
            yield Finding("the request body has no `content`", place)
        else:
            yield from self.mapping(body["content"], pointer.join(place, "content"), self.media_type)

    def response(self, response: Any, place: str) -> Iterator[Finding]:
        if not isinstance(response, dict):
            yield _wrong(place, dict)
            return
        if "$ref" in response:
            yield from self.reference(response, place, "responses")
            return
        if response.get("content") is not None:
            yield from self.mapping(response["content"], pointer.join(place, "content"), self.media_type)

    def media_type(self, media_type: Any, place: str) -> Iterator[Finding]:
        if not isinstance(media_type, dict):
            yield _wrong(place, dict)
            return
        yield from typos.misspelt(media_type, typos.MEDIA_TYPE, place)
        if "schema" in media_type:
            yield from self.schema(media_type["schema"], pointer.join(place, "schema"))

    def schema(self, schema: Any, place: str) -> Iterator[Finding]:
        if isinstance(schema, bool):
            return
        if not isinstance(schema, dict):
            yield Finding("a schema must be a mapping", place)
            return
        if "$ref" in schema:
            yield from self.reference(schema, place, "schemas")
        yield from typos.misspelt(schema, typos.SCHEMA, place)
        yield from typos.misspelt_values(schema, place)
        yield from self.keywords(schema, place)
        for key in SCHEMA_MAPS:
            if key in schema:
                yield from self.mapping(schema[key], pointer.join(place, key), self.schema)
        for key in SCHEMA_LISTS:
            if key in schema:
                if schema[key] == []:
                    yield Finding(f"`{key}` is empty", pointer.join(place, key))
                yield from self.listing(schema[key], pointer.join(place, key), self.schema)
        for key in SCHEMA_VALUES:
            if key in schema:
                yield from self.schema(schema[key], pointer.join(place, key))
        if isinstance(schema.get("items"), list):
            yield from self.listing(schema["items"], pointer.join(place, "items"), self.schema)
        elif "items" in schema:
            yield from self.schema(schema["items"], pointer.join(place, "items"))

    def keywords(self, schema: dict[str, Any], place: str) -> Iterator[Finding]:
        types = schema.get("type", [])
        for kind in types if isinstance(types, list) else [types]:
            if not isinstance(kind, str) or kind not in TYPES:
                remedy = 'Quote it: "null".' if kind is None else f"The types are {', '.join(sorted(TYPES))}."
                yield Finding(f"{str(kind)[:40]!r} is not a type", pointer.join(place, "type"), remedy=remedy)
        for key in ("$id", "$anchor", "$dynamicRef", "$dynamicAnchor"):
            if key in schema:
                yield Finding(f"`{key}` is not supported", pointer.join(place, key), remedy="Use `$ref`.")
        for key in ("description", "format"):
            if key in schema and not isinstance(schema[key], str):
                yield _wrong(pointer.join(place, key), str)
        required = schema.get("required", [])
        # Old documents put `required: true` on the property itself; that says nothing in OpenAPI 3.
        if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
            yield Finding("`required` must be a list of property names", pointer.join(place, "required"))
        if "enum" in schema and (not isinstance(schema["enum"], list) or not schema["enum"]):
            yield Finding("`enum` must be a list with at least one value", pointer.join(place, "enum"))
        discriminator = schema.get("discriminator")
        if discriminator is not None and (
            not isinstance(discriminator, dict)
            or not isinstance(discriminator.get("propertyName"), str)
            or not isinstance(discriminator.get("mapping", {}), dict)
        ):
            yield Finding("`discriminator` needs a `propertyName`", pointer.join(place, "discriminator"))

    def reference(self, node: dict[str, Any], place: str, kind: str) -> Iterator[Finding]:
        reference = node["$ref"]
        place = pointer.join(place, "$ref")
        if not isinstance(reference, str):
            yield _wrong(place, str)
            return
        if not reference.startswith("#"):
            yield Finding(
                f"{_cut(reference)} is outside the document",
                place,
                remedy="Copy what it refers to into this document: the compiler reads one file.",
            )
            return
        if reference != "#" and not reference.startswith("#/"):
            yield Finding(f"{_cut(reference)} is not a JSON Pointer", place, remedy="Write #/components/…")
            return
        component = f"#/components/{kind}/"
        if kind != "schemas" and not reference.startswith((component, "#/paths/")):
            yield Finding(f"{_cut(reference)} is not one of {component}", place)
            return
        if reference in self.followed:
            return
        self.followed.add(reference)
        try:
            target = resolve(self.content, reference)
        except KeyError:
            remedy = self.nearest(reference) or "Write it, or name another."
            yield Finding(f"{_cut(reference)} is not in the document", place, remedy=remedy)
            return
        if not isinstance(target, dict | bool):
            yield Finding(f"{_cut(reference)} is not a mapping", place)
            return
        if kind == "schemas" and not reference.startswith(("#/components/", "#/paths/")):
            yield from self.schema(target, pointer.of_reference(reference))
        seen = [reference]
        while isinstance(target, dict) and isinstance(target.get("$ref"), str):
            following = target["$ref"]
            if following in seen:
                cycle = " → ".join(_cut(name) for name in [*seen[:5], following])
                yield Finding(f"the reference leads back to itself: {cycle}", place)
                return
            seen.append(following)
            try:
                target = resolve(self.content, following)
            except KeyError:
                return

    def nearest(self, reference: str) -> str:
        """Return a question about a component of the same kind that is called nearly the same."""
        head, _, name = reference.rpartition("/")
        try:
            near = resolve(self.content, head)
        except KeyError:
            return ""
        return typos.did_you_mean(name, near) if isinstance(near, dict) else ""


def _names(content: dict[str, Any]) -> Iterator[Finding]:
    """Operations whose names or path parameters do not fit."""
    taken: dict[str, str] = {}
    for operation in operations(content):
        path, method, node, place, *_ = operation
        name = f"{tag_name(node)}.{operation_name(path, method, node)}"
        shown = f"{method.upper()} {_cut(path)}"
        if any(len(part.encode()) > MAX_NAME_BYTES for part in name.split(".")):
            yield Finding(
                f"the name of the operation or of its tag is too long for a file ({_cut(name)})",
                pointer.join(place, "operationId"),
                remedy=f"Give it an operationId and a tag of at most {MAX_NAME_BYTES} bytes.",
            )
        if name in taken:
            yield Finding(
                f"{shown} and {taken[name]} would both be called {name.partition('.')[2]}",
                pointer.join(place, "operationId"),
                remedy="Give one of them another operationId.",
            )
        taken.setdefault(name, shown)
        yield from _path_parameters(content, operation)


def _path_parameters(content: dict[str, Any], operation: Operation) -> Iterator[Finding]:
    path, place = operation.path, operation.place
    if not path.startswith("/"):
        yield Finding(f"the path {_cut(path)} does not start with a slash", place)
        return
    in_path = _PATH_PARAMETER.findall(path)
    if re.search(r"[{}]", _PATH_PARAMETER.sub("", path)) or "" in in_path:
        yield Finding(f"the braces of the path {_cut(path)} do not fit", place)
        return
    for name in {name for name in in_path if in_path.count(name) > 1}:
        yield Finding(f"the path {_cut(path)} has {{{name}}} twice", place)
    seen: dict[tuple[str, str], str] = {}
    for source, source_place in ((operation.node, place), (operation.item, operation.item_place)):
        here: set[tuple[str, str]] = set()
        for index, written in enumerate(source.get("parameters", [])):
            parameter_place = pointer.join(source_place, "parameters", index)
            parameter, _ = follow(content, written)
            if "name" not in parameter:
                yield Finding("the reference does not lead to a parameter", parameter_place)
                continue
            key = (parameter.get("in", ""), parameter["name"])
            if key in here:
                yield Finding(f"the parameter {_cut(key[1])} is here twice", parameter_place)
            here.add(key)
            seen.setdefault(key, parameter_place)
    declared = {name: where for (location, name), where in seen.items() if location == "path"}
    for name in in_path:
        if name not in declared:
            yield Finding(f"the path parameter {{{_cut(name)}}} of {_cut(path)} is not declared", place)
    for name, where in declared.items():
        if name not in in_path:
            yield Finding(f"the path {_cut(path)} has no {{{_cut(name)}}}, which is declared for it", where)


def _wrong(place: str, kind: type) -> Finding:
    return Finding(f"`{pointer.split(place)[-1]}` must be {_KINDS[kind]}", place)


def _cut(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."
