"""The walk through a document: where its `$ref`s lead, its operations, and what they are called.

Nothing but `part` and `resolve` fails on a document that is laid out wrong: `validity` says what is wrong
with it.
"""

import contextlib
import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from openapi_python_client.parser.openapi import generate_operation_id
from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import PythonIdentifier

from tools.compiler import pointer

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_RECURSION_LIMIT = 20_000
SCHEMAS = "#/components/schemas/"


class Operation(NamedTuple):
    """An operation, in the path item that it is in. The places are JSON Pointers, behind `$ref`s."""

    path: str
    method: str
    node: dict[str, Any]
    place: str
    item: dict[str, Any]
    item_place: str

    def name(self, prefix: str = "field_") -> str:
        """Return the name of its module and function."""
        identifier = self.node.get("operationId")
        if identifier is None:
            path = UntrustedString(self.path)
            return str(generate_operation_id(path=path, method=self.method, prefix=prefix))
        return str(PythonIdentifier(str(identifier), prefix=prefix))

    @property
    def tag(self) -> str:
        """The name of the module that groups it with others: that of its first tag."""
        tags = sequence(self.node.get("tags")) or ["default"]
        return str(PythonIdentifier(str(tags[0]), prefix="tag"))


@contextlib.contextmanager
def deep_recursion() -> Iterator[None]:
    """Let chains of references be followed by recursion, in any document that the reader lets through."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def mapping(value: Any) -> dict[str, Any]:
    """Return `value` where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """Return `value` where it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def resolve(content: Mapping[str, Any], reference: str) -> Any:
    """Return what a `$ref` leads to; raise KeyError where that is nothing, or in another file."""
    if not reference.startswith("#"):
        raise KeyError(reference)
    return part(content, *pointer.split(pointer.of_reference(reference)))


def part(content: Mapping[str, Any], *tokens: str) -> Any:
    """Return what keys and indexes lead to; raise KeyError where that is nothing."""
    node: Any = content
    for token in tokens:
        if isinstance(node, dict):
            node = node[token]
        elif isinstance(node, list) and token.isdecimal() and int(token) < len(node):
            node = node[int(token)]
        else:
            raise KeyError(token)
    return node


def follow(content: Mapping[str, Any], node: Any, place: str = "") -> tuple[dict[str, Any], str]:
    """Return the object behind a chain of references, with its place; empty where the chain does not end."""
    seen: set[str] = set()
    while isinstance(node, dict) and isinstance(node.get("$ref"), str):
        reference = node["$ref"]
        try:
            node = None if reference in seen else resolve(content, reference)
        except KeyError:
            node = None
        seen.add(reference)
        place = pointer.of_reference(reference)
    return mapping(node), place


def is_component(reference: str) -> bool:
    """Whether the reference leads to a component schema, not to a place within one."""
    tokens = pointer.split(pointer.of_reference(reference))
    return len(tokens) == 3 and tokens[:2] == ("components", "schemas")


def component_of(reference: str) -> str:
    """Return the last part of a reference, escapes undone: the name of the component that it leads to."""
    return ("", *pointer.split(pointer.of_reference(reference)))[-1]


def operations(content: Mapping[str, Any]) -> Iterator[Operation]:
    """Yield every operation in the order of the document, and of methods as the generator takes them."""
    for path, written in mapping(content.get("paths")).items():
        if path.startswith("x-"):
            continue
        item, place = follow(content, written, pointer.join("/paths", path))
        for method in METHODS:
            if isinstance(item.get(method), dict):
                yield Operation(path, method, item[method], pointer.join(place, method), item, place)


def parameters(content: Mapping[str, Any], operation: Operation) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Yield every parameter of an operation, then of its path: what it is, its place, where it is listed."""
    for source, place in ((operation.node, operation.place), (operation.item, operation.item_place)):
        for index, written in enumerate(sequence(source.get("parameters"))):
            at = pointer.join(place, "parameters", index)
            yield *follow(content, written, at), at
