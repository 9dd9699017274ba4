"""Reads a document for what users of its generated code see."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Mapping
from typing import Any

import attrs
from openapi_python_client.config import ConfigFile

from tools.compiler import walk
from tools.compiler.changes.schemas import SchemaReader
from tools.compiler.changes.shape import json_text
from tools.compiler.changes.surface import PROSE, Key, Operation, Part, Surface, notes_of
from tools.compiler.desugar import Desugared, desugar
from tools.compiler.errors import CompileError
from tools.compiler.media import EVENT_STREAM, media_type
from tools.compiler.servers import by_environment, server_url
from tools.compiler.validity import findings
from tools.compiler.walk import follow, mapping, resolve, sequence

_SERIALIZATION = ("style", "explode", "allowReserved")


def survey(document: Mapping[str, Any], compiled: Desugared | None) -> Surface:
    """Return the surface of a document as it was desugared; of one that was not, as far as it can be read."""
    root = dict(document) if compiled is None else compiled.content
    places = {} if compiled is None else compiled.operations

    def written(place: str, node: dict[str, Any]) -> dict[str, Any]:
        """Return what stands at a place of the document; `node` where nothing does."""
        with contextlib.suppress(KeyError):
            return mapping(resolve(document, f"#{place.replace('%', '%25')}"))
        return node

    schemas = SchemaReader(root, written, {} if compiled is None else compiled.classes)
    definitions = schemas.definitions()
    schemes = mapping(mapping(root.get("components")).get("securitySchemes"))
    schemes = {name: follow(root, scheme)[0] for name, scheme in schemes.items()}
    found: list[Operation] = []
    for each in walk.operations(root):
        name = walk.operation_name(each.path, each.method, each.node)
        place = places.get(f"{walk.tag_name(each.node)}.{name}", each.place)
        item = written(place.rpartition("/")[0], each.item)
        source = each._replace(node=written(place, each.node), item=item)
        found.append(_operation(name, each, root, _parameters(source, document), schemas, schemes))
    shared = Counter(operation.name for operation in found)
    operations: dict[str, Operation] = {}
    for operation in found:
        name = f"{operation.tag}.{operation.name}" if shared[operation.name] > 1 else operation.name
        operations.setdefault(name, attrs.evolve(operation, name=name))
    keys = [scheme for scheme in schemes.values() if scheme.get("type") == "apiKey"]
    headers = [str(scheme.get("name", "")) for scheme in keys if scheme.get("in") == "header"]
    return Surface(
        operations=operations,
        definitions=definitions,
        environments={name: server_url(server) for name, server in by_environment(root).items()},
        api_key_header=headers[0] if headers else None,
        texts=_texts(document),
        bases={} if compiled is None else compiled.bases,
        orders=schemas.orders,
    )


def desugared(document: Mapping[str, Any]) -> Desugared | None:
    """Return the document in the generator's own terms; None for one that cannot be compiled."""
    content = dict(document)
    try:
        return None if findings(content) else desugar(content, ConfigFile(literal_enums=True))
    except (CompileError, RecursionError):
        return None


def _operation(
    name: str,
    found: walk.Operation,
    root: dict[str, Any],
    written: dict[Key, dict[str, Any]],
    schemas: SchemaReader,
    schemes: dict[str, dict[str, Any]],
) -> Operation:
    """Return an operation; `written` are its parameters as they stand in the document."""
    node, method = found.node, found.method.upper()
    tag = walk.tag_name(node)
    parts: dict[Key, Part] = {
        key: _parameter(key, parameter, written.get(key, parameter), name, schemas)
        for key, parameter in _parameters(found, root).items()
    }
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


def _parameters(operation: walk.Operation, root: Mapping[str, Any]) -> dict[Key, dict[str, Any]]:
    """Return the parameters of an operation, by their place and by their name as the protocol has it."""
    found: dict[Key, dict[str, Any]] = {}
    for written in (*sequence(operation.node.get("parameters")), *sequence(operation.item.get("parameters"))):
        node, _ = follow(root, written)
        name, location = _name(node), str(node.get("x-in") or node.get("in", ""))
        found.setdefault((location, name.lower() if location == "header" else name), node)
    return found


def _parameter(
    key: Key, node: dict[str, Any], written: dict[str, Any], operation: str, schemas: SchemaReader
) -> Part:
    required = node.get("required") is True or key[0] == "path"
    value = schemas.value("parameter", _name(node), _schema(node), _schema(written), operation, required)
    said = {note: text for note, text in notes_of(written).items() if note in PROSE or note == "deprecated"}
    serialization = {each: node[each] for each in _SERIALIZATION if each in node}
    if content := mapping(node.get("content")):
        serialization["content"] = [*content]
    facts = {"parameter-serialization-changed": json_text(serialization)}
    return attrs.evolve(value, notes={**value.notes, **said}, facts=facts)


def _name(parameter: dict[str, Any]) -> str:
    return str(parameter.get("x-name") or parameter.get("name", ""))


def _schema(parameter: dict[str, Any]) -> dict[str, Any]:
    content = [*map(mapping, mapping(parameter.get("content")).values())]
    return mapping((content or [parameter])[0].get("schema"))


def _message(noun: str, name: str, node: dict[str, Any], operation: str, schemas: SchemaReader) -> Part:
    """Return a body, or the response with the status `name`: what it is by media type."""
    content = {media_type(kind): mapping(value) for kind, value in mapping(node.get("content")).items()}
    streams = frozenset({EVENT_STREAM} if noun == "response" else ()) & content.keys()
    return Part(
        noun=noun,
        name=name,
        text=", ".join(content),
        shapes={
            f" {kind}": schemas.shape(it.get("itemSchema", it.get("schema")), f"{operation} {name} {kind}")
            for kind, it in content.items()
        },
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


def _texts(root: Mapping[str, Any]) -> dict[str, str]:
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
