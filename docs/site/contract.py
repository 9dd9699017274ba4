"""The pages of the contract: its operations and its schemas, each with its examples."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Node = dict[str, Any]

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_LIMITS = (
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "pattern",
    "format",
    "default",
)


def pages(path: Path) -> dict[str, str]:
    """Return both pages."""
    document: Node = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        "reference/operations.md": "\n".join(_operations(document)) + "\n",
        "reference/schemas.md": "\n".join(_schemas(document)) + "\n",
    }


def _operations(document: Node) -> Iterator[str]:
    info = document["info"]
    yield from (
        "# Operations",
        "",
        f"{info['title']}, version {info['version']}. {info.get('summary', '')}",
        "",
    )
    yield from (info["description"], "", "| server | URL |", "| --- | --- |")
    for server in document["servers"]:
        yield f"| {_cell(server['description'])} | `{server['url']}` |"
    yield ""
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield from _operation(document, f"{method.upper()} {path}", item[method])


def _operation(document: Node, title: str, operation: Node) -> Iterator[str]:
    yield from (f"## {operation['summary']}", "", f"`{title}`, operation `{operation['operationId']}`", "")
    yield from (operation["description"], "")
    parameters = [_resolved(document, each) for each in operation.get("parameters", ())]
    if parameters:
        yield from ("| parameter | in | type | |", "| --- | --- | --- | --- |")
        for each in parameters:
            said = f"{each['description']} Such as `{each['example']}`."
            yield f"| `{each['name']}` | {each['in']} | {_type(each['schema'])} | {_cell(said)} |"
        yield ""
    if "requestBody" in operation:
        yield from ("### Request", "", operation["requestBody"]["description"], "")
        yield from _content(document, operation["requestBody"]["content"])
    for status, each in operation["responses"].items():
        answer = _resolved(document, each)
        yield from (f"### Answer {status}", "", answer["description"], "")
        yield from _content(document, answer.get("content", {}))


def _content(document: Node, content: Node) -> Iterator[str]:
    for kind, media in content.items():
        yield from (f"`{kind}`: {_type(media['schema'])}", "")
        for each in media.get("examples", {}).values():
            example = _resolved(document, each)
            yield from _folded(example["summary"], example["value"])


def _schemas(document: Node) -> Iterator[str]:
    yield from ("# Schemas", "", "What the requests and the answers of the contract consist of.", "")
    examples = _examples(document)
    for name, schema in document["components"]["schemas"].items():
        yield from (f"({_anchor(name)})=", f"## {name}", "", schema.get("description", ""), "")
        yield from _schema(schema)
        for summary, value in examples.get(name, ()):
            yield from _folded(summary, value)


def _schema(schema: Node) -> Iterator[str]:
    required = set(schema.get("required", ()))
    if "properties" not in schema:
        yield from (_type(schema), "")
        return
    yield from ("| field | type | |", "| --- | --- | --- |")
    for name, each in schema["properties"].items():
        marks = ["**Required.**"] * (name in required) + ["*Deprecated.*"] * bool(each.get("deprecated"))
        limits = [f"`{key}: {json.dumps(each[key])}`" for key in _LIMITS if key in each]
        said = " ".join([*marks, each.get("description", "").strip(), *limits])
        yield f"| `{name}` | {_type(each)} | {_cell(said)} |"
    yield ""


def _type(schema: Node) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](schemas.md#{_anchor(name)})"
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(_type(each) for each in schema[key]))
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "enum" in schema:
        return ", ".join(f"`{json.dumps(each)}`" for each in schema["enum"])
    if schema.get("type") == "array":
        return f"array of {_type(schema.get('items', {}))}"
    kinds = schema.get("type", "anything")
    return kinds if isinstance(kinds, str) else " or ".join(kinds)


def _examples(document: Node) -> dict[str, list[tuple[str, Any]]]:
    # The examples of a schema are those of the bodies that it describes.
    found: dict[str, list[tuple[str, Any]]] = {}
    for item in document["paths"].values():
        for operation in (item[method] for method in _METHODS if method in item):
            answers = [_resolved(document, each) for each in operation["responses"].values()]
            for body in [operation.get("requestBody", {}), *answers]:
                for media in body.get("content", {}).values():
                    name = media["schema"].get("$ref", "").rpartition("/")[2]
                    for each in media.get("examples", {}).values():
                        example = _resolved(document, each)
                        pair = (example["summary"], example["value"])
                        if pair not in found.setdefault(name, []):
                            found[name].append(pair)
    return found


def _folded(summary: str, value: Any) -> Iterator[str]:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    yield from (
        "<details>",
        f"<summary>{summary}</summary>",
        "",
        "```json",
        text,
        "```",
        "",
        "</details>",
        "",
    )


def _resolved(document: Node, node: Node) -> Node:
    while "$ref" in node:
        place = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            place = place[part]
        node = place
    return node


def _anchor(name: str) -> str:
    return f"schema-{name.lower()}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
