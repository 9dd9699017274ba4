"""The OpenAPI document that the server serves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml

from egp._core.json_types import is_array, is_object

# libyaml reads our document in a tenth of the time; it is not in every build of PyYAML.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


_BOOLEAN, _TIMESTAMP = "tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp"


class _Loader(_SafeLoader):  # type: ignore[misc]  # its type depends on the build, see above
    """Reads YAML with the types of JSON only: dates, `on` and `no` stay text."""


_Loader.yaml_implicit_resolvers = {
    initial: [(tag, pattern) for tag, pattern in resolvers if tag not in {_BOOLEAN, _TIMESTAMP}]
    for initial, resolvers in _SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOLEAN, re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), [*"tTfF"])


def load(spec: Mapping[str, Any] | Path | str | None) -> Mapping[str, Any]:
    """Return the document: as given, read from a file, or (None) the one that egp_api was compiled from.

    Raises:
        ValueError: It is no OpenAPI document.
    """
    if spec is None:
        return _parse(files("egp_api").joinpath("openapi.yaml").read_bytes())
    name, document = "spec", spec
    if isinstance(spec, (str, Path)):
        name = str(spec)
        try:
            document = _parse(Path(spec).read_bytes())
        except yaml.YAMLError as error:
            raise ValueError(f"{name} is neither YAML nor JSON: {error}") from None
    if not (isinstance(document, Mapping) and isinstance(document.get("paths"), Mapping)):
        raise ValueError(f"{name} is no OpenAPI document: it has no paths")  # noqa: TRY004  # its content is wrong
    return document


@cache
def _parse(text: bytes) -> Mapping[str, Any]:
    document: Mapping[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506  # derived from the safe loader
    return document


def escape(step: str) -> str:
    """Write a key as a step of a JSON pointer (RFC 6901)."""
    return step.replace("~", "~0").replace("/", "~1")


def follow(reference: str, root: Any) -> tuple[str, Any]:
    """Return what `reference` leads to within `root`, through further references, and its own reference."""
    while True:
        node: Any = root
        for step in reference.removeprefix("#").split("/")[1:]:
            name = unquote(step).replace("~1", "/").replace("~0", "~")
            node = node[int(name)] if is_array(node) else node[name]
        if not (is_object(node) and isinstance(node.get("$ref"), str)):
            return reference, node
        reference = node["$ref"]


def resolve(node: Any, root: Any) -> Any:
    """Return the node itself, or what it refers to where it is a reference."""
    if is_object(node) and isinstance(node.get("$ref"), str):
        return follow(node["$ref"], root)[1]
    return node
