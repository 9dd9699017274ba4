"""From a document as people write it to the part of OpenAPI 3.1 that the generator gets right.

Every step is sound: what the document allows decodes without loss and is typed no narrower than documented.
What cannot be put that way raises CompileError with its place; nothing is left out in silence.
"""

from __future__ import annotations

from typing import Any

import attrs
from openapi_python_client.config import ConfigFile

from tools.compiler import pointer
from tools.compiler.desugar.cycles import in_order, open_cycles
from tools.compiler.desugar.finish import Finish
from tools.compiler.desugar.merging import is_object
from tools.compiler.desugar.naming import Names
from tools.compiler.desugar.operations import Operations
from tools.compiler.desugar.references import plain
from tools.compiler.desugar.required import misnamed_requirements
from tools.compiler.desugar.samples import samples
from tools.compiler.desugar.schemas import Schemas
from tools.compiler.desugar.tags import set_tags
from tools.compiler.desugar.values import default_fits, misfit
from tools.compiler.errors import CompileError, Finding
from tools.compiler.validity import MAX_NAME_BYTES
from tools.compiler.walk import operation_name, tag_name


@attrs.frozen
class Desugared:
    """A document in the generator's terms.

    `operations` maps `tag.operation` to its place in the source, `classes` the class that a component becomes
    to its place in `content`. `samples` are (place, class, value): the document's own examples of objects.
    `notes` say what a reader of the package should know. `bases` has the classes that a class is made from.
    """

    content: dict[str, Any]
    config: ConfigFile
    operations: dict[str, str]
    classes: dict[str, str]
    samples: list[tuple[str, str, Any]]
    notes: list[Finding]
    bases: dict[str, frozenset[str]]
    _places: dict[str, str]
    _paths: dict[str, str]

    def source_place(self, place: str) -> str:
        """Return the place in the source that a place in `content` was made from, or the nearest above it."""
        tokens = pointer.split(place)
        if tokens[:2] == ("components", "schemas") and len(tokens) > 2:
            return "/".join([self._places.get(tokens[2], "/components/schemas"), *place.split("/")[4:]])
        if tokens[:1] == ("paths",) and len(tokens) > 1:
            return pointer.join("/paths", self._paths.get(tokens[1], tokens[1]), *tokens[2:])
        return place


def desugar(content: dict[str, Any], config: ConfigFile) -> Desugared:
    """Put a checked document in the generator's terms; raise CompileError for what cannot be put so."""
    content = plain(content)
    names = Names(config)
    schemas = Schemas(content, names)
    schemas.build()
    operations = Operations(content, schemas, config.field_prefix)
    paths = operations.build()
    set_tags(schemas)
    problems = [*schemas.problems, *operations.problems, *misnamed_requirements(schemas)]
    if problems:
        raise CompileError.of(list(dict.fromkeys(problems)))
    opened = open_cycles(schemas.components)
    for schema, default, place in schemas.defaults:
        if default_fits(schema, default, schemas.components) is None:
            schemas.notes.append(misfit(default, place))
    finish = Finish(schemas, names)
    paths = finish.paths(paths)
    components = in_order(finish.components())
    info = content["info"]
    result: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            key: str(info[key])
            for key in ("title", "version", "summary", "description")
            if info.get(key) is not None
        }
        | ({} if "version" in info else {"version": "0"}),
    }
    if content.get("servers"):
        result["servers"] = content["servers"]
    result["paths"] = paths
    result["components"] = {"schemas": components}
    if security := (content.get("components") or {}).get("securitySchemes"):
        result["components"]["securitySchemes"] = security
    for key in ("security", "tags"):
        if content.get(key):
            result[key] = content[key]
    named = {
        name: pointer.join("/components/schemas", name)
        for name, schema in components.items()
        if is_object(schema) or "enum" in schema
    }
    desugared = Desugared(
        content=result,
        config=config,
        operations=_operations(paths, operations.source_paths, config.field_prefix),
        classes={names.class_of(name): place for name, place in named.items()},
        samples=samples(content, schemas, names),
        notes=[
            *([] if "version" in info else [Finding("`info.version` is missing; it counts as 0", "/info")]),
            *(
                Finding(
                    f"{name} contains itself; its innermost value is typed as anything",
                    schemas.places[name],
                )
                for name in opened
            ),
            *dict.fromkeys(schemas.notes),
            *operations.notes,
        ],
        bases={
            names.class_of(key): frozenset(map(names.class_of, found)) for key, found in schemas.bases.items()
        },
        places=schemas.places,
        paths=operations.source_paths,
    )
    problems = [
        Finding(
            f"the name of the schema {name[:60]}… is too long for a file",
            desugared.source_place(f"{place}/"),
            remedy=f"Give it one of at most {MAX_NAME_BYTES} bytes, with an underscore before each capital.",
        )
        for name, place in named.items()
        if len(names.module_of(name).encode()) > MAX_NAME_BYTES
    ]
    if problems:
        raise CompileError.of(problems)
    return desugared


def _operations(paths: dict[str, Any], sources: dict[str, str], prefix: str) -> dict[str, str]:
    return {
        f"{tag_name(operation)}.{operation_name(path, method, operation, prefix)}": pointer.join(
            "/paths", sources[path], method
        )
        for path, item in paths.items()
        for method, operation in item.items()
    }
