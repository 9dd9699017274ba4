"""openapi.yaml, its schemas and its examples."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, cast

import yaml

PATH = Path(__file__).parents[2] / "openapi.yaml"
_SCHEMAS = "#/components/schemas/"

Schema: TypeAlias = Mapping[str, Any]


class Example(NamedTuple):
    """A value that the document gives as an example, and the schema that it exemplifies."""

    place: str
    schema: Schema
    value: Any


@cache
def load() -> Mapping[str, Any]:
    """Return the content of openapi.yaml. Shared by all callers: not to be changed."""
    content: Mapping[str, Any] = yaml.safe_load(PATH.read_text("utf-8"))
    return content


def schemas() -> Mapping[str, Schema]:
    """Return the component schemas by name."""
    found: Mapping[str, Schema] = load()["components"]["schemas"]
    return found


def resolve(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what `value` refers to, through any number of references; itself if it is no reference.

    Keywords beside a `$ref` take the place of those of its target, as a description does.
    """
    if "$ref" not in value:
        return value
    target: Any = load()
    for step in value["$ref"].removeprefix("#/").split("/"):
        target = target[step.replace("~1", "/").replace("~0", "~")]
    beside = {key: item for key, item in value.items() if key != "$ref"}
    return {**resolve(target), **beside}


def walk(node: object, place: str = "") -> Iterator[tuple[str, Any]]:
    """Every value inside `node`, itself included, each with its JSON Pointer."""
    yield place, node
    items: Iterable[tuple[object, object]] = ()
    if isinstance(node, Mapping):
        items = cast("Mapping[object, object]", node).items()
    elif isinstance(node, list):
        items = enumerate(cast("list[object]", node))
    for key, item in items:
        yield from walk(item, f"{place}/{str(key).replace('~', '~0').replace('/', '~1')}")


def reachable(schema: Schema) -> frozenset[str]:
    """Return the names of the component schemas that `schema` leads to, through any number of references."""
    found: set[str] = set()
    waiting: list[Schema] = [schema]
    while waiting:
        for _, node in walk(waiting.pop()):
            name = reference(node)
            if name is not None and name not in found:
                found.add(name)
                waiting.append(schemas()[name])
    return frozenset(found)


def reference(node: Any) -> str | None:
    """Return the name of the component schema that `node` refers to, where it is such a reference."""
    target = cast("Schema", node).get("$ref") if isinstance(node, Mapping) else None
    if isinstance(target, str) and target.startswith(_SCHEMAS):
        return target.removeprefix(_SCHEMAS)
    return None


def bundled(schema: Schema) -> Schema:
    """Return `schema` as a JSON Schema that stands alone: the components that it refers to are in it."""
    return {**schema, "components": {"schemas": schemas()}}


def operations() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Path, method and operation, for each operation."""
    for path, item in load()["paths"].items():
        for method in ("get", "put", "post", "delete", "options", "head", "patch", "trace"):
            if method in item:
                yield path, method, item[method]


def parameters(operation: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the parameters of an operation."""
    for parameter in operation.get("parameters", ()):
        yield resolve(parameter)


def bodies(operation: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the bodies of an operation, of its request and its responses, each with its media type."""
    carriers = {"request": operation["requestBody"]} if "requestBody" in operation else {}
    carriers.update(operation["responses"])
    for carrier, content in carriers.items():
        for media_type, body in resolve(content).get("content", {}).items():
            yield f"{carrier} {media_type}", body


def examples() -> Iterator[Example]:
    """Every example of the document, those of parameters among them."""
    for _, _, operation in operations():
        name = operation["operationId"]
        for parameter in parameters(operation):
            for key, value in _values(parameter):
                yield Example(f"{name} {parameter['name']} {key}", parameter["schema"], value)
        for place, body in bodies(operation):
            for key, value in _values(body):
                yield Example(f"{name} {place} {key}", body["schema"], value)


def _values(carrier: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if "example" in carrier:
        yield "example", carrier["example"]
    for name, example in carrier.get("examples", {}).items():
        yield name, resolve(example)["value"]
