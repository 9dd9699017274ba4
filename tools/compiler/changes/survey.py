"""Reads a document for what users of its generated code see."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import attrs

from tools.compiler import walk
from tools.compiler.changes.schemas import SchemaReader
from tools.compiler.changes.shape import Shape, json_text
from tools.compiler.changes.surface import (
    Alternative,
    Body,
    Notes,
    Operation,
    Parameter,
    Response,
    Scheme,
    Surface,
)
from tools.compiler.changes.unions import untagged_orders
from tools.compiler.media import EVENT_STREAM, body_word, media_type
from tools.compiler.servers import by_environment, server_url
from tools.compiler.walk import follow, mapping, sequence

_SERIALIZATION = ("style", "explode", "allowReserved")


def survey(document: Mapping[str, Any], bases: Mapping[str, frozenset[str]] | None = None) -> Surface:
    """Return the surface of a document; never fails, whatever the document lacks."""
    root = dict(document)
    schemas = SchemaReader(root)
    for name in sorted(mapping(mapping(root.get("components")).get("schemas"))):
        pointer = name.replace("~", "~0").replace("/", "~1").replace("%", "%25")
        schemas.shape({"$ref": f"#/components/schemas/{pointer}"}, name)
    found = [_operation(each, root, schemas) for each in walk.operations(root)]
    functions = Counter(operation.name for operation in found)
    operations: dict[str, Operation] = {}
    for operation in found:
        shared = functions[operation.name] > 1
        name = f"{operation.tag}.{operation.name}" if shared else operation.name
        operations.setdefault(name, attrs.evolve(operation, name=name))
    schemas.finish()
    return Surface(
        operations=operations,
        definitions=schemas.definitions,
        environments={name: server_url(server) for name, server in by_environment(root).items()},
        api_key_header=_api_key_header(root),
        texts=_texts(root),
        bases=bases or {},
        orders=untagged_orders(document),
    )


def _operation(found: walk.Operation, root: dict[str, Any], schemas: SchemaReader) -> Operation:
    node, path = found.node, found.path
    name = walk.operation_name(path, found.method, node)
    parameters: dict[tuple[str, str], Parameter] = {}
    for written in (*sequence(node.get("parameters")), *sequence(found.item.get("parameters"))):
        parameter = _parameter(follow(root, written)[0], name, schemas)
        own = parameter.member.name
        key = (parameter.location, own.lower() if parameter.location == "header" else own)
        parameters.setdefault(key, parameter)
    return Operation(
        name=name,
        function=name,
        tag=walk.tag_name(node),
        method=found.method.upper(),
        path=path,
        parameters=parameters,
        path_order=tuple(re.findall(r"\{([^{}]+)\}", path)),
        body=_body(follow(root, node.get("requestBody"))[0], name, schemas),
        responses={
            status: _response(follow(root, response)[0], status, name, schemas)
            for status, response in mapping(node.get("responses")).items()
        },
        security=_security(node, root),
        notes=Notes.of(node),
    )


def _parameter(node: dict[str, Any], operation: str, schemas: SchemaReader) -> Parameter:
    content = mapping(node.get("content"))
    schema = mapping(next(iter(content.values()))).get("schema") if content else node.get("schema")
    own = str(node.get("x-name") or node.get("name", ""))
    location = str(node.get("x-in") or node.get("in", ""))
    member = schemas.member(
        own, schema, operation, required=node.get("required") is True or location == "path"
    )
    written = {key: node[key] for key in _SERIALIZATION if key in node} | (
        {"content": [*content]} if content else {}
    )
    notes = Notes.of(node)
    return Parameter(
        member=type(member)(
            own,
            member.shape,
            member.required,
            member.default,
            Notes(
                prose=member.notes.prose | notes.prose,
                constraints=member.notes.constraints,
                deprecated=notes.deprecated or member.notes.deprecated,
            ),
        ),
        location=location,
        serialization=json_text(written),
    )


def _body(node: dict[str, Any], operation: str, schemas: SchemaReader) -> Body | None:
    if not node:
        return None
    content = mapping(node.get("content"))
    media: dict[str, Shape] = {}
    for written, value in content.items():
        kind = media_type(written)
        parent = f"{operation}_{body_word(kind)}" if len(content) > 1 else operation
        media[kind] = schemas.shape(mapping(value).get("schema", True), "body", parent)
    return Body(required=node.get("required") is True, media=media, notes=Notes.of(node))


def _response(node: dict[str, Any], status: str, operation: str, schemas: SchemaReader) -> Response:
    media: dict[str, Shape | None] = {}
    for written, value in mapping(node.get("content")).items():
        content = mapping(value)
        schema = content.get("itemSchema", content.get("schema"))
        kind = media_type(written)
        name = "event" if kind == EVENT_STREAM else f"response_{status}"
        media[kind] = None if schema is None else schemas.shape(schema, name, operation)
    return Response(media=media, notes=Notes.of(node))


def _security(node: dict[str, Any], root: dict[str, Any]) -> frozenset[Alternative]:
    """Return the ways to call an operation; empty where anyone may.

    Schemes stand for what they demand, not for their names in the document, which no caller sees.
    """
    schemes = mapping(mapping(root.get("components")).get("securitySchemes"))
    written = node.get("security", root.get("security"))
    alternatives: set[Alternative] = set()
    for requirement in sequence(written):
        alternatives.add(
            frozenset(
                Scheme(
                    _scheme(follow(root, schemes.get(name))[0], name),
                    frozenset(map(str, sequence(scopes))),
                )
                for name, scopes in mapping(requirement).items()
            )
        )
    return frozenset(alternatives)


def _scheme(node: dict[str, Any], name: str) -> str:
    match str(node.get("type", "")):
        case "apiKey":
            where, key = str(node.get("in", "")), str(node.get("name", ""))
            return f"API key in {where} {key.lower() if where == 'header' else key}"
        case "http":
            return f"HTTP {str(node.get('scheme', '')).lower()}"
        case "oauth2" | "openIdConnect" | "mutualTLS" as kind:
            return kind
        case _:
            return name


def _api_key_header(root: dict[str, Any]) -> str | None:
    schemes = mapping(mapping(root.get("components")).get("securitySchemes"))
    for written in schemes.values():
        scheme, _ = follow(root, written)
        if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
            return str(scheme.get("name", ""))
    return None


def _texts(root: dict[str, Any]) -> dict[str, str]:
    """Return the prose that belongs to no operation, schema or field."""
    texts = {f"info.{key}": json_text(value) for key, value in mapping(root.get("info")).items()}
    for server in map(mapping, sequence(root.get("servers"))):
        place = server.get("x-environment") or server.get("url", "")
        texts[f"servers.{place}"] = json_text(server.get("description"))
    for tag in map(mapping, sequence(root.get("tags"))):
        texts[f"tags.{tag.get('name', '')}"] = json_text(tag)
    for name, scheme in mapping(mapping(root.get("components")).get("securitySchemes")).items():
        texts[f"securitySchemes.{name}"] = json_text(mapping(scheme).get("description"))
    return texts
