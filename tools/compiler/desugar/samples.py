"""The document's own examples, to be sent through the package that was made from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.compiler import pointer
from tools.compiler.desugar.merging import is_object
from tools.compiler.walk import component_of, follow, is_component, operations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.compiler.desugar.naming import Names
    from tools.compiler.desugar.schemas import Schemas


def samples(content: dict[str, Any], schemas: Schemas, names: Names) -> list[tuple[str, str, Any]]:
    """(place, class, value) for each example of a component that is an object, in order."""
    found: list[tuple[str, str, Any]] = []
    for name, key in schemas.keys.items():
        schema = (content["components"]["schemas"])[name]
        if isinstance(schema, dict) and is_object(schemas.components[key]):
            place = pointer.join("/components/schemas", name)
            listed = schema["examples"] if isinstance(schema.get("examples"), list) else []
            found += [
                (place, names.class_of(key), value)
                for value in [schema.get("example"), *listed]
                if isinstance(value, dict)
            ]
    for media, place in _media_types(content):
        reference = (media.get("schema") or {}).get("$ref") if isinstance(media.get("schema"), dict) else None
        if not isinstance(reference, str) or not is_component(reference):
            continue
        key = schemas.keys[component_of(reference)]
        if is_object(schemas.components[key]):
            found += [
                (place, names.class_of(key), value) for value in _examples(media) if isinstance(value, dict)
            ]
    return found


def _media_types(content: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    for _, _, operation, place, *_ in operations(content):
        holders = [(operation.get("requestBody"), pointer.join(place, "requestBody"))]
        holders += [
            (response, pointer.join(place, "responses", code))
            for code, response in operation.get("responses", {}).items()
        ]
        for holder, at in holders:
            if isinstance(holder, dict):
                node, at = follow(content, holder, at)
                for kind, media in (node.get("content") or {}).items():
                    yield media, pointer.join(at, "content", kind)


def _examples(media: dict[str, Any]) -> Iterator[Any]:
    yield media.get("example")
    examples = media.get("examples")
    if isinstance(examples, dict):
        for example in examples.values():
            if isinstance(example, dict):
                yield example.get("value")
