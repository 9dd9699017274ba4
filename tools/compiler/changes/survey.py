"""Reads a document for what users of its generated code see."""

from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import attrs
from openapi_python_client.config import ConfigFile

from tools.compiler import walk
from tools.compiler.changes.schemas import SchemaReader
from tools.compiler.changes.shape import json_text
from tools.compiler.changes.surface import ANYONE, Alternative, Key, Operation, Part, Surface, notes_of
from tools.compiler.classes import Types
from tools.compiler.desugar import Desugared, desugar
from tools.compiler.media import EVENT_STREAM, media_type
from tools.compiler.security import Security
from tools.compiler.servers import by_environment, server_url
from tools.compiler.validity import without_problems
from tools.compiler.walk import mapping, sequence

_SERIALIZATION = ("style", "explode", "allowReserved")
_AS_IS: Mapping[str, Mapping[str, str]] = MappingProxyType({"schema": {}, "operation": {}})


def desugared(document: Mapping[str, Any]) -> Desugared:
    """Return the document in the generator's own terms, without the parts that cannot be compiled."""
    return desugar(without_problems(document), ConfigFile(literal_enums=True))


def survey(compiled: Desugared, renamed: Mapping[str, Mapping[str, str]] = _AS_IS) -> Surface:
    """Return the surface of a document.

    `renamed` has other names for some of the classes (`schema`) and functions (`operation`).
    """
    root = compiled.content
    schemas = SchemaReader(compiled, Types(root), renamed["schema"])
    definitions = schemas.definitions()
    reader = _OperationReader(schemas, root["components"]["securitySchemes"])
    found = [*map(reader.operation, walk.operations(root))]
    shared = Counter(operation.name for operation in found)
    operations: dict[str, Operation] = {}
    for operation in found:
        name = f"{operation.tag}.{operation.name}" if shared[operation.name] > 1 else operation.name
        name = renamed["operation"].get(name, name)
        operations.setdefault(name, attrs.evolve(operation, name=name))
    return Surface(
        operations=operations,
        definitions=definitions,
        environments={
            name: Part(noun="environment", name=name, text=url, facts={"url-changed": url})
            for name, server in by_environment(root).items()
            for url in [server_url(server)]
        },
        api_key_header=Security.of(root).api_key_header,
        texts=_texts(compiled.source),
        orders=schemas.orders,
    )


@attrs.frozen
class _OperationReader:
    """Reads operations of a document."""

    schemas: SchemaReader
    schemes: Mapping[str, dict[str, Any]]

    def operation(self, found: walk.Operation) -> Operation:
        """Return an operation by the name of its function."""
        node, method = found.node, found.method.upper()
        name, tag = found.name(), found.tag
        compiled = self.schemas.compiled
        place = compiled.operations[f"{tag}.{name}"]
        source = found._replace(
            node=self.schemas.written(place, node),
            item=self.schemas.written(place.rpartition("/")[0], found.item),
        )
        written = _parameters(source, compiled.source)
        parts: dict[Key, Part] = {
            key: self._parameter(key, parameter, written.get(key, parameter), name)
            for key, parameter in _parameters(found, compiled.content).items()
        }
        if "requestBody" in node:
            parts["body",] = self._message("body", "body", node["requestBody"], name)
        for status, response in node["responses"].items():
            parts["response", status] = self._message("response", status, response, name)
        return Operation(
            noun="operation",
            name=name,
            text=f"{method} {found.path}",
            tag=tag,
            path=found.path,
            facts={"moved": f"api.{tag}", "method-changed": method},
            parts=parts,
            security=frozenset(self._security(node)) or ANYONE,
            notes=notes_of(node),
        )

    def _security(self, node: dict[str, Any]) -> Iterator[Alternative]:
        for requirement in sequence(node.get("security")):
            yield frozenset(
                (_demand(self.schemes.get(scheme, {}), scheme), frozenset(map(str, sequence(scopes))))
                for scheme, scopes in mapping(requirement).items()
            )

    def _parameter(self, key: Key, node: dict[str, Any], written: dict[str, Any], operation: str) -> Part:
        required = node.get("required") is True or key[0] == "path"
        name, schema, source = str(node.get("name", "")), _schema(node), _schema(written)
        value = self.schemas.value("parameter", name, schema, source, operation, required=required)
        spelled = {each: node[each] for each in _SERIALIZATION if each in node}
        if content := mapping(node.get("content")):
            spelled["content"] = [*content]
        facts = {**value.facts, "serialization-changed": json_text(spelled)}
        return attrs.evolve(value, notes={**value.notes, **notes_of(written)}, facts=facts)

    def _message(self, noun: str, name: str, node: dict[str, Any], operation: str) -> Part:
        """Return a body, or the response with the status `name`: what it is by media type."""
        content = {media_type(kind): media["schema"] for kind, media in node["content"].items()}
        kinds = [
            Part(
                noun="stream" if kind == EVENT_STREAM and noun == "response" else f"{noun}-media-type",
                name=kind,
                text=kind,
                shape=self.schemas.shape(schema, f"{operation} {name} {kind}"),
            )
            for kind, schema in content.items()
        ]
        return Part(
            noun=noun,
            name=name,
            text=", ".join(content),
            required=node.get("required") is True,
            notes=notes_of(node),
            parts={(kind.noun, kind.name): kind for kind in kinds},
        )


def _parameters(operation: walk.Operation, root: Mapping[str, Any]) -> dict[Key, dict[str, Any]]:
    """Return the parameters of an operation, by their place and by their name as the protocol has it."""
    found: dict[Key, dict[str, Any]] = {}
    for node, *_ in walk.parameters(root, operation):
        name, location = str(node.get("name", "")), str(node.get("in", ""))
        found.setdefault((location, name.lower() if location == "header" else name), node)
    return found


def _schema(parameter: dict[str, Any]) -> dict[str, Any]:
    content = [*map(mapping, mapping(parameter.get("content")).values())]
    return mapping((content or [parameter])[0].get("schema"))


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
    texts = {f"info.{key}": value for key, value in mapping(root.get("info")).items()}
    for server in map(mapping, sequence(root.get("servers"))):
        texts[f"servers.{server.get('x-environment') or server.get('url', '')}"] = server.get("description")
    for tag in map(mapping, sequence(root.get("tags"))):
        texts[f"tags.{tag.get('name', '')}"] = tag
    for name, scheme in mapping(mapping(root.get("components")).get("securitySchemes")).items():
        texts[f"securitySchemes.{name}"] = mapping(scheme).get("description")
    return {place: json_text(text) for place, text in texts.items()}
