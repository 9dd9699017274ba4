"""The operations of the generator, each with its place in the document."""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.openapi import Endpoint

from tools.compiler.pointer import join
from tools.compiler.walk import operations, tag_name


@frozen
class Place:
    """Where an operation is in the document."""

    path: str
    method: str
    operation: Mapping[str, Any]

    @property
    def pointer(self) -> str:
        """Its JSON Pointer."""
        return join("", "paths", self.path, self.method)


def places(data: GeneratorData, document: Mapping[str, Any]) -> Iterator[tuple[Endpoint, Place]]:
    """Each operation with its place in the document.

    The generator keeps neither the path as written nor the styles of parameters; but it keeps the order.
    """
    queues = {str(tag): iter(found.endpoints) for tag, found in data.endpoint_collections_by_tag.items()}
    seen: set[int] = set()
    for path, method, operation, *_ in operations(document):
        endpoint = next(each for each in queues[tag_name(operation)] if id(each) not in seen)
        seen.add(id(endpoint))
        yield endpoint, Place(path, method, operation)
