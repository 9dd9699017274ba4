"""Reads a document for what users of its generated code see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import attrs

from tools.compiler import pointer, walk
from tools.compiler.changes.schemas import SchemaReader, Site
from tools.compiler.changes.shape import Shape, json_text
from tools.compiler.changes.surface import PROSE, Key, Operation, Part, Surface, notes_of
from tools.compiler.media import EVENT_STREAM, body_word, media_type
from tools.compiler.servers import by_environment, server_url
from tools.compiler.walk import follow, mapping, sequence

_SERIALIZATION = ("style", "explode", "allowReserved")


def survey(document: Mapping[str, Any], bases: Mapping[str, frozenset[str]] | None = None) -> Surface:
    """Return the surface of a document; never fails, whatever the document lacks."""
    root = dict(document)
    components = mapping(root.get("components"))
    schemas = SchemaReader(root)
    for name in sorted(mapping(components.get("schemas"))):
        reference = pointer.join("#/components/schemas", name.replace("%", "%25"))
        schemas.shape({"$ref": reference}, Site(name, "", ""))
    schemes = {
        name: follow(root, scheme)[0] for name, scheme in mapping(components.get("securitySchemes")).items()
    }
    found = [_operation(each, root, schemas, schemes) for each in walk.operations(root)]
    shared = Counter(operation.name for operation in found)
    operations: dict[str, Operation] = {}
    for operation in found:
        name = f"{operation.tag}.{operation.name}" if shared[operation.name] > 1 else operation.name
        operations.setdefault(name, attrs.evolve(operation, name=name))
    schemas.finish()
    in_header = (
        each for each in schemes.values() if (each.get("type"), each.get("in")) == ("apiKey", "header")
    )
    return Surface(
        operations=operations,
        definitions=schemas.definitions,
        environments={name: server_url(server) for name, server in by_environment(root).items()},
        api_key_header=next((str(scheme.get("name", "")) for scheme in in_header), None),
        texts=_texts(root),
        bases=bases or {},
        orders=schemas.orders,
    )


def _operation(
    found: walk.Operation, root: dict[str, Any], schemas: SchemaReader, schemes: dict[str, dict[str, Any]]
) -> Operation:
    node, method = found.node, found.method.upper()
    name, tag = walk.operation_name(found.path, found.method, node), walk.tag_name(node)
    parts: dict[Key, Part] = {}
    for written in (*sequence(node.get("parameters")), *sequence(found.item.get("parameters"))):
        key, parameter = _parameter(follow(root, written)[0], name, schemas)
        parts.setdefault(key, parameter)
    if body := follow(root, node.get("requestBody"))[0]:
        parts["body",] = _message("body", "body", body, name, schemas)
    for status, response in mapping(node.get("responses")).items():
        parts["response", status] = _message("response", status, follow(root, response)[0], name, schemas)
    return Operation(
        noun="operation",
        name=name,
        text=f"{method} {found.path}",
        tag=tag,
        path=found.path,
        facts={"operation-moved": f"api.{tag}", "operation-method-changed": method},
        parts=parts,
        security=frozenset(
            frozenset(
                (_demand(schemes.get(scheme, {}), scheme), frozenset(map(str, sequence(scopes))))
                for scheme, scopes in mapping(requirement).items()
            )
            for requirement in sequence(node.get("security", root.get("security")))
        ),
        notes=notes_of(node),
    )


def _parameter(node: dict[str, Any], operation: str, schemas: SchemaReader) -> tuple[Key, Part]:
    """Return a parameter, by its place and by its name as the protocol tells names apart."""
    content = mapping(node.get("content"))
    schema = mapping(next(iter(content.values()))).get("schema") if content else node.get("schema")
    name = str(node.get("x-name") or node.get("name", ""))
    location = str(node.get("x-in") or node.get("in", ""))
    required = node.get("required") is True or location == "path"
    value = schemas.value("parameter", name, schema, operation, required=required)
    written = {key: node[key] for key in _SERIALIZATION if key in node}
    said = {key: note for key, note in notes_of(node).items() if key in PROSE or key == "deprecated"}
    parameter = attrs.evolve(
        value,
        notes={**value.notes, **said},
        facts={
            "parameter-serialization-changed": json_text(
                written | ({"content": [*content]} if content else {})
            )
        },
    )
    return (location, name.lower() if location == "header" else name), parameter


def _message(noun: str, name: str, node: dict[str, Any], operation: str, schemas: SchemaReader) -> Part:
    """Return a body, or the response with the status `name`: what it is by media type."""
    content = {media_type(kind): mapping(value) for kind, value in mapping(node.get("content")).items()}
    shapes: dict[str, Shape] = {}
    for kind, value in content.items():
        site = Site("body", operation, f"{operation} {name} {kind}")
        if noun == "response":
            site = site._replace(name="event" if kind == EVENT_STREAM else f"response_{name}")
        elif len(content) > 1:
            site = site._replace(parent=f"{operation}_{body_word(kind)}")
        shapes[f" {kind}"] = schemas.shape(value.get("itemSchema", value.get("schema", True)), site)
    streams = frozenset({EVENT_STREAM} if noun == "response" else ()) & content.keys()
    return Part(
        noun=noun,
        name=name,
        text=", ".join(content),
        shapes=shapes,
        required=node.get("required") is True,
        values={"stream": streams, f"{noun}-media-type": frozenset(content) - streams},
        notes=notes_of(node),
    )


def _demand(scheme: dict[str, Any], name: str) -> str:
    """Return what a scheme demands of callers, who do not see its name in the document."""
    match str(scheme.get("type", "")):
        case "apiKey":
            where, key = str(scheme.get("in", "")), str(scheme.get("name", ""))
            return f"API key in {where} {key.lower() if where == 'header' else key}"
        case "http":
            return f"HTTP {str(scheme.get('scheme', '')).lower()}"
        case "oauth2" | "openIdConnect" | "mutualTLS" as kind:
            return kind
        case _:
            return name


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
