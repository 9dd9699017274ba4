"""Finds what no client can be made from: everything here is refused before anything is written."""

import contextlib
import copy
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs

from tools.compiler import pointer, typos, walk
from tools.compiler.errors import Finding
from tools.compiler.media import is_json
from tools.compiler.walk import METHODS, Operation, mapping, resolve, sequence

_Problems = Iterator[tuple[str, ...]]

TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
# The longest name of a file is 255 bytes on common systems; Python's own suffixes need some of it.
MAX_NAME_BYTES = 200

_STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}
# What each kind of security scheme has to say.
_SCHEMES = {"apiKey": ("in", "name"), "http": ("scheme",), "oauth2": (), "openIdConnect": (), "mutualTLS": ()}
_EXPECTED: dict[type, str] = {dict: "a mapping", list: "a list", str: "text"}
_LEAST = {"openapi": "3.1.0", "info": {"title": "", "version": "0"}, "paths": {}}
_PATH_PARAMETER = re.compile(r"\{([^{}]*)\}")
_STATUS = re.compile(r"[1-5](\d\d|XX|xx)|default|x-.*", re.DOTALL)


def findings(content: dict[str, Any]) -> list[Finding]:
    """Return every problem of the document's shape, its references and its names."""
    problems = list(_other_format(content))
    if problems:
        return problems
    shape = _Shape(content)
    shape.visit(content, "document", "")
    problems = shape.problems
    # In a document whose shape is wrong, the names may not be there to be looked at.
    with contextlib.suppress(*([KeyError, TypeError, AttributeError] if problems else [])):
        problems += [attrs.evolve(finding, local=True) for finding in _names(content)]
    return problems


def without_problems(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document without the parts that are laid out wrong; of one that is none, next to nothing."""
    sound: dict[str, Any] = {**_LEAST, **content}
    while wrong := dict.fromkeys(found.pointer or "" for found in findings(sound) if not found.local):
        sound = copy.deepcopy(sound)
        # From the end, since what is taken out of a list moves what is behind it.
        for place in reversed(wrong):
            *above, last = pointer.split(place)
            with contextlib.suppress(KeyError):
                holder = walk.part(sound, *above)
                del holder[int(last) if isinstance(holder, list) else last]
        sound = {**_LEAST, **sound}
    return sound


def _other_format(content: dict[str, Any]) -> Iterator[Finding]:
    if "swagger" in content:
        message = f"Swagger {content['swagger']} is not supported"
        yield Finding(message, "/swagger", remedy="Convert the document to OpenAPI 3.1.")
    elif "openapi" not in content:
        yield Finding("not an OpenAPI document: there is no `openapi` at the top", "")
    elif not re.fullmatch(r"3\.[01](\.\d+)?", version := str(content["openapi"])):
        remedy = "Use 3.0.x or 3.1.x, such as 3.1.0."
        yield Finding(f"OpenAPI {version[:40]} is not supported", "/openapi", remedy=remedy)


# What is more than a matter of shape. Each check gets an object and the document's version of OpenAPI, and
# yields a message, the way out, and the keys that lead from the object to the place.


def _document(node: dict[str, Any], _version: str) -> _Problems:
    if node.get("info") is None:
        yield "`info` is missing", "", "info"
    if not any(key in node for key in ("paths", "components", "webhooks")):
        yield "there is neither `paths` nor `components`: is the document whole?", ""
    names = [mapping(server).get("x-environment") for server in sequence(node.get("servers"))]
    for index, name in enumerate(names):
        if name is not None and name in names[:index]:
            remedy = "Give each server an `x-environment` of its own."
            yield f"a second server is called {_cut(str(name))}", remedy, "servers", str(index)


def _info(node: dict[str, Any], _version: str) -> _Problems:
    if "title" not in node:
        yield "`info.title` is missing", "Name the API: title: …"
    for key in ("title", "version"):
        if key in node and isinstance(node[key], dict | list | None):
            yield f"`info.{key}` must be text", "", key


def _path_item(node: dict[str, Any], version: str) -> _Problems:
    remedy = f"The methods are {', '.join(METHODS)}. A key of one's own starts with x-."
    for key, value in node.items():
        if key not in typos.PATH_ITEM and isinstance(value, dict) and not key.startswith("x-"):
            yield f"`{_cut(key)}` is not a method that OpenAPI {version} has", remedy, key


def _operation(node: dict[str, Any], version: str) -> _Problems:
    responses = node.get("responses")
    if not responses and ("responses" in node or version.startswith("3.0")):
        yield "the operation has no `responses`", "Document at least the response of a successful call."
    seen: set[str] = set()
    for code in responses if isinstance(responses, dict) else ():
        if code.upper() in seen:
            yield f"{code} is here a second time", "", "responses", code
        seen.add(code.upper())
        if not _STATUS.fullmatch(code):
            remedy = "Write a code such as 200, a range such as 4XX, or default."
            yield f"{code[:40]!r} is not a status code", remedy, "responses", code


def _parameter(node: dict[str, Any], _version: str) -> _Problems:
    location, style, content = str(node.get("in")), node.get("style"), node.get("content")
    if location not in _STYLES:
        yield "`in` must be query, path, header or cookie", "A body is described by `requestBody`."
    elif style is not None and style not in _STYLES[location]:
        message = f"a {location} parameter cannot have the style {str(style)[:40]}"
        yield message, f"Write one of {', '.join(_STYLES[location])}.", "style"
    if "schema" in node:
        return
    if "content" not in node:
        yield "the parameter has no `schema`", ""
    elif not isinstance(content, dict) or len(content) != 1 or not is_json(next(iter(content))):
        yield "the `content` of a parameter must be one type, and JSON", "Use `schema`."


def _security_scheme(node: dict[str, Any], _version: str) -> _Problems:
    kind = str(node.get("type"))
    if kind not in _SCHEMES:
        yield f"{kind[:40]!r} is no type of security schemes", f"The types are {', '.join(_SCHEMES)}."
    for key in _SCHEMES.get(kind, ()):
        if not isinstance(node.get(key), str):
            yield f"the security scheme has no `{key}`", ""
    if kind == "apiKey" and node.get("in", "header") not in ("header", "query", "cookie"):
        yield "a key is in header, query or cookie", "", "in"


def _schema(node: dict[str, Any], _version: str) -> _Problems:
    types = node.get("type", [])
    for kind in types if isinstance(types, list) else [types]:
        if kind not in TYPES:
            remedy = 'Quote it: "null".' if kind is None else f"The types are {', '.join(TYPES)}."
            yield f"{str(kind)[:40]!r} is not a type", remedy, "type"
    for key in ("$id", "$anchor", "$dynamicRef", "$dynamicAnchor"):
        if key in node:
            yield f"`{key}` is not supported", "Use `$ref`.", key
    for key in ("allOf", "anyOf", "oneOf", "prefixItems"):
        if node.get(key) == []:
            yield f"`{key}` is empty", "", key
    # Old documents put `required: true` on the property itself; that says nothing in OpenAPI 3.
    required = node.get("required", [])
    if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
        yield "`required` must be a list of property names", "", "required"
    if "enum" in node and (not isinstance(node["enum"], list) or not node["enum"]):
        yield "`enum` must be a list with at least one value", "", "enum"


@attrs.frozen
class _Kind:
    """What is asked of a kind of object.

    `parts` are the kinds of what stands under its keys: `[kind]` is a list, `{kind}` a mapping of them. It
    `needs` one of them. References lead to its `section` of the components, or into a path. Keys that are
    nearly one of those `known` are misspelt, and `flags` are true or false.
    """

    parts: dict[str, str] = attrs.field(factory=dict[str, str])
    needs: str = ""
    section: str = ""
    known: frozenset[str] = frozenset()
    flags: tuple[str, ...] = ("deprecated", "required")
    check: Callable[[dict[str, Any], str], _Problems] = lambda _node, _version: iter(())


_KINDS = {
    "document": _Kind({
        "info": "info", "servers": "[server]", "tags": "[tag]", "security": "[requirement]",
        "paths": "{path item}", "components": "components",
    }, known=typos.DOCUMENT, check=_document),
    "info": _Kind(check=_info),
    "components": _Kind({
        "schemas": "{schema}", "parameters": "{parameter}", "responses": "{response}",
        "requestBodies": "{request body}", "pathItems": "{path item}", "securitySchemes": "{security scheme}",
    }, known=typos.COMPONENTS),
    "server": _Kind({"url": "text"}, needs="url"),
    "tag": _Kind({"name": "text"}, needs="name"),
    "path item": _Kind({
        "parameters": "[parameter]", "servers": "[server]", **dict.fromkeys(METHODS, "operation"),
    }, section="pathItems", known=typos.PATH_ITEM, check=_path_item),
    "operation": _Kind({
        "parameters": "[parameter]", "servers": "[server]", "operationId": "text", "summary": "text",
        "description": "text", "tags": "[text]", "security": "[requirement]", "requestBody": "request body",
        "responses": "{response}",
    }, known=typos.OPERATION, check=_operation),
    "parameter": _Kind({"name": "text", "schema": "schema", "content": "{media type}"},
                       needs="name", section="parameters", check=_parameter,
                       flags=("deprecated", "required", "explode", "allowReserved")),
    "request body": _Kind({"content": "{media type}"}, needs="content", section="requestBodies"),
    "response": _Kind({"content": "{media type}"}, section="responses"),
    "media type": _Kind({"schema": "schema"}, known=typos.MEDIA_TYPE),
    "schema": _Kind({
        "description": "text", "format": "text", "discriminator": "discriminator", "items": "items",
        "properties": "{schema}", "patternProperties": "{schema}", "dependentSchemas": "{schema}",
        "$defs": "{schema}", "definitions": "{schema}", "allOf": "[schema]", "anyOf": "[schema]",
        "oneOf": "[schema]", "prefixItems": "[schema]", "additionalProperties": "schema", "not": "schema",
        "if": "schema", "then": "schema", "else": "schema", "contains": "schema", "propertyNames": "schema",
        "unevaluatedItems": "schema", "unevaluatedProperties": "schema",
    }, section="schemas", known=typos.SCHEMA, flags=typos.SCHEMA_FLAGS, check=_schema),
    "discriminator": _Kind({"propertyName": "text", "mapping": "mapping"}, needs="propertyName"),
    "requirement": _Kind(flags=()),
    "security scheme": _Kind(section="securitySchemes", check=_security_scheme),
    "mapping": _Kind(flags=()),
}  # fmt: skip
# Where null counts as absent.
_MAY_BE_NULL = ("document", "components", "response")


class _Shape:
    """Walks the document as OpenAPI lays it out, and collects where it is laid out differently."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content
        self.problems: list[Finding] = []
        self._followed: set[tuple[str, str]] = set()

    def visit(self, node: Any, kind: str, place: str) -> None:
        """Look at a part of the document, and at all parts of it."""
        if kind == "items":
            kind = "[schema]" if isinstance(node, list) else "schema"
        if kind == "schema" and isinstance(node, bool):
            return
        expected: type[Any] = str if kind == "text" else list if kind[0] == "[" else dict
        if not isinstance(node, expected):
            *_, holder, key = ("", *pointer.split(place))
            shown = f"{holder}/{key}" if key.isdecimal() else key
            self._say(f"`{_cut(shown)}` must be {_EXPECTED[expected]}", place)
        elif kind[0] == "[":
            for index, value in enumerate(node):
                self.visit(value, kind[1:-1], pointer.join(place, index))
        elif kind[0] == "{":
            for key, value in node.items():
                if kind == "{media type}" and "/" not in key:
                    remedy = "Write one around it, such as application/json."
                    self._say(f"`{_cut(key)}` is not a media type", pointer.join(place, key), remedy)
                elif kind == "{schema}" or not key.startswith("x-"):
                    self.visit(value, kind[1:-1], pointer.join(place, key))
        elif kind != "text":
            self._object(node, kind, place)

    def _object(self, node: dict[str, Any], kind: str, place: str) -> None:
        asked = _KINDS[kind]
        if "$ref" in node and asked.section:
            self._reference(node["$ref"], asked.section, pointer.join(place, "$ref"))
            # Beside references to schemas and path items other keys count, too.
            if kind not in ("schema", "path item"):
                return
        if asked.needs and node.get(asked.needs) in (None, {}):
            self._say(f"the {kind} has no `{asked.needs}`", place)
        for name in node if kind == "requirement" else ():
            scheme = pointer.join("#/components/securitySchemes", name)
            self._reference(scheme, "securitySchemes", pointer.join(place, name))
        self.problems += typos.misspelt(node, asked.known, place)
        self.problems += typos.misspelt_flags(node, asked.flags, place)
        if kind == "schema":
            self.problems += typos.misspelt_format(node, place)
        for message, remedy, *tokens in asked.check(node, str(self.content["openapi"])):
            # An operation with other responses than it may have is still one.
            self._say(message, pointer.join(place, *tokens), remedy, local=kind == "operation")
        for key, value in node.items():
            if key in asked.parts and not (value is None and (key == asked.needs or kind in _MAY_BE_NULL)):
                self.visit(value, asked.parts[key], pointer.join(place, key))

    def _reference(self, reference: Any, section: str, place: str) -> None:
        if not isinstance(reference, str):
            self._say("`$ref` must be text", place)
            return
        if (section, reference) in self._followed:
            return
        self._followed.add((section, reference))
        shown, component = _cut(reference), f"#/components/{section}/"
        if not reference.startswith("#"):
            remedy = "Copy what it refers to into this document: the compiler reads one file."
            self._say(f"{shown} is outside the document", place, self._moved(reference, section) or remedy)
        elif reference != "#" and not reference.startswith("#/"):
            self._say(f"{shown} is not a JSON Pointer", place, "Write #/components/…")
        elif section != "schemas" and not reference.startswith((component, "#/paths/")):
            self._say(f"{shown} is not one of {component}", place)
        else:
            self._target(reference, section, place)

    def _target(self, reference: str, section: str, place: str) -> None:
        """Look at what a reference leads to, and at the end of a chain of them."""
        chain = [reference]
        try:
            target = first = resolve(self.content, reference)
            while isinstance(following := mapping(target).get("$ref"), str):
                if following in chain:
                    cycle = " → ".join(_cut(name) for name in [*chain[:5], following])
                    self._say(f"the reference leads back to itself: {cycle}", place)
                    return
                chain.append(following)
                target = resolve(self.content, following)
        except KeyError:
            if chain == [reference]:
                remedy = self._moved(reference, section) or self._meant_by(reference)
                self._say(f"{_cut(reference)} is not in the document", place, remedy)
            return
        if not isinstance(target, dict | bool):
            self._say(f"{_cut(reference)} is not a mapping", place)
        elif section == "schemas" and not reference.startswith(("#/components/", "#/paths/")):
            # No other part of the walk comes there.
            self.visit(first, "schema", pointer.of_reference(reference))

    def _moved(self, reference: str, section: str) -> str:
        """Return a question about the component with the name at the end of a reference, if there is one."""
        name = reference.rpartition("/")[2]
        known = mapping(mapping(self.content.get("components")).get(section))
        return f"Did you mean #/components/{section}/{name}?" if name in known else ""

    def _meant_by(self, reference: str) -> str:
        """Return the way out of a reference that leads nowhere."""
        node: Any = self.content
        token = ""
        for token in pointer.split(pointer.of_reference(reference)):
            if token not in mapping(node):
                break
            node = node[token]
        return typos.did_you_mean(token, mapping(node)) or "Write it, or name another."

    def _say(self, message: str, place: str, remedy: str = "", *, local: bool = False) -> None:
        self.problems.append(Finding(message, place, remedy=remedy, local=local))


def _names(content: dict[str, Any]) -> Iterator[Finding]:
    """Operations whose names or path parameters do not fit."""
    taken: dict[str, str] = {}
    for operation in walk.operations(content):
        at = pointer.join(operation.place, "operationId")
        name = f"{operation.tag}.{operation.name()}"
        shown = f"{operation.method.upper()} {_cut(operation.path)}"
        if any(len(part.encode()) > MAX_NAME_BYTES for part in name.split(".")):
            message = f"the name of the operation or of its tag is too long for a file ({_cut(name)})"
            remedy = f"Give it an operationId and a tag of at most {MAX_NAME_BYTES} bytes."
            yield Finding(message, at, remedy=remedy)
        if name in taken:
            message = f"{shown} and {taken[name]} would both be called {name.partition('.')[2]}"
            yield Finding(message, at, remedy="Give one of them another operationId.")
        taken.setdefault(name, shown)
        yield from _path_parameters(content, operation)


def _path_parameters(content: dict[str, Any], operation: Operation) -> Iterator[Finding]:
    path, shown, place = operation.path, _cut(operation.path), operation.place
    in_path = _PATH_PARAMETER.findall(path)
    if not path.startswith("/"):
        yield Finding(f"the path {shown} does not start with a slash", place)
        return
    if re.search(r"[{}]", _PATH_PARAMETER.sub("", path)) or "" in in_path:
        yield Finding(f"the braces of the path {shown} do not fit", place)
        return
    for name in {name for name in in_path if in_path.count(name) > 1}:
        yield Finding(f"the path {shown} has {{{name}}} twice", place)
    declared: dict[str, str] = {}
    seen: set[tuple[str, str, str]] = set()
    for parameter, _, at in walk.parameters(content, operation):
        if "name" not in parameter:
            yield Finding("the reference does not lead to a parameter", at)
            continue
        location, name = parameter.get("in", ""), parameter["name"]
        key = (at.rpartition("/")[0], location, name)
        if key in seen:
            yield Finding(f"the parameter {_cut(name)} is here twice", at)
        seen.add(key)
        if location == "path":
            declared.setdefault(name, at)
    for name in in_path:
        if name not in declared:
            message = f"the path parameter {{{_cut(name)}}} of {shown} is not declared"
            yield Finding(message, place, remedy="Add it to `parameters`, with `in: path`.")
    for name, at in declared.items():
        if name not in in_path:
            message = f"the path {shown} has no {{{_cut(name)}}}, which is declared for it"
            yield Finding(message, at, remedy=f"Remove it, or write {{{_cut(name)}}} into the path.")


def _cut(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."
