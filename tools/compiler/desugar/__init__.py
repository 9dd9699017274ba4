"""From a document as people write it to the small part of OpenAPI 3.1 that code is made from.

Every step is sound: what the document allows decodes without loss and is typed no narrower than documented.
What cannot be put that way is a problem with its place; nothing is left out in silence.
"""

import contextlib
import difflib
from collections.abc import Iterator
from typing import Any

import attrs
from openapi_python_client.config import ConfigFile

from tools.compiler import pointer
from tools.compiler.desugar.finish import Finish, open_cycles
from tools.compiler.desugar.forms import is_class, is_object, target_of
from tools.compiler.desugar.naming import Names
from tools.compiler.desugar.operations import Operations
from tools.compiler.desugar.schemas import Schemas
from tools.compiler.desugar.tags import set_tags
from tools.compiler.desugar.values import excludes_default
from tools.compiler.errors import Finding
from tools.compiler.validity import MAX_NAME_BYTES
from tools.compiler.walk import follow, mapping, part, sequence


@attrs.frozen
class Desugared:
    """A document whose schemas have the few forms that `forms` describes.

    `source` is the document as it was written. `operations` has the place there of each `tag.operation`, and
    `classes` that of each class. `samples` are (place, class, value): the document's own examples of objects.
    `notes` say what a reader of the package should know, `problems` why there can be no package. `bases` has
    the classes that a class is made from.
    """

    source: dict[str, Any]
    content: dict[str, Any]
    config: ConfigFile
    operations: dict[str, str]
    classes: dict[str, str]
    samples: list[tuple[str, str, Any]]
    notes: list[Finding]
    problems: list[Finding]
    bases: dict[str, set[str]]


def desugar(content: dict[str, Any], config: ConfigFile) -> Desugared:
    """Put a checked document into the few forms, and find what of it cannot be put so."""
    schemas = Schemas(content, Names(config))
    schemas.build()
    operations = Operations(content, schemas, config.field_prefix)
    paths = operations.build()
    set_tags(schemas)
    problems = [*schemas.problems, *operations.problems, *_misnamed_requirements(content, schemas)]
    opened = open_cycles(schemas.components)
    notes = list(dict.fromkeys(_notes(content, schemas, opened)))
    finish = Finish(schemas)
    paths, components = finish.paths(paths), finish.components()
    classes = [name for name, schema in components.items() if is_class(schema)]
    problems += _long_names(classes, schemas)
    return Desugared(
        source=content,
        content=_document(content, paths, components),
        config=config,
        operations=operations.places,
        classes={name: schemas.places[name] for name in classes},
        samples=list(_samples(schemas, operations)),
        notes=notes,
        problems=list(dict.fromkeys(problems)),
        bases=schemas.bases,
    )


def _document(content: dict[str, Any], paths: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """Return the document around finished paths and schemas."""
    info = {"title": str(content["info"]["title"]), "version": str(content["info"].get("version", "0"))}
    schemes = mapping(mapping(content.get("components")).get("securitySchemes"))
    schemes = {name: follow(content, scheme)[0] for name, scheme in schemes.items()}
    components = {"schemas": schemas, "securitySchemes": schemes}
    kept = {key: content[key] for key in ("servers", "security") if content.get(key)}
    return {"info": info, "paths": paths, "components": components, **kept}


def _notes(content: dict[str, Any], schemas: Schemas, opened: list[str]) -> Iterator[Finding]:
    if "version" not in content["info"]:
        yield Finding("`info.version` is missing; it counts as 0", "/info")
    for name in opened:
        message = f"{name} contains itself; its innermost value is typed as anything"
        yield Finding(message, schemas.places[name])
    yield from schemas.notes
    for schema, place in schemas.defaults:
        if excludes_default(schema, schemas.components):
            message = f"the default {str(schema['default'])[:60]!r} does not fit its schema; none is sent"
            yield Finding(message, pointer.join(place, "default"))


def _misnamed_requirements(content: dict[str, Any], schemas: Schemas) -> Iterator[Finding]:
    """Yield the required names that are nearly those of optional properties. Note the others.

    A misspelt name in `required` would make the real property optional.
    """
    for key, schema in schemas.components.items():
        properties, required = schema.get("properties", {}), schema.get("required", [])
        optional = [name for name in properties if name not in required]
        for missing in [name for name in required if name not in properties]:
            place = None
            with contextlib.suppress(KeyError):
                at = schemas.places[key]
                place = _place_of_required(part(content, *pointer.split(at)), missing, at)
            if place is None:
                continue
            close = difflib.get_close_matches(missing, optional, n=1, cutoff=0.75)
            message = f"`required` of {key} has {missing[:60]!r}, which is no property"
            if close:
                yield Finding(message, place, remedy=f"Did you mean {close[0]}?")
            else:
                schemas.notes.append(Finding(f"{message} of its own", place))


def _place_of_required(schema: Any, name: str, place: str) -> str | None:
    """Return where a schema itself requires `name`, as it was written; None where another one does."""
    required = sequence(mapping(schema).get("required"))
    if name in required:
        return pointer.join(place, "required", required.index(name))
    parts = enumerate(sequence(mapping(schema).get("allOf")))
    found = (_place_of_required(part, name, pointer.join(place, "allOf", i)) for i, part in parts)
    return next((at for at in found if at), None)


def _long_names(classes: list[str], schemas: Schemas) -> list[Finding]:
    return [
        Finding(
            f"the name of the schema {name[:60]}… is too long for a file",
            schemas.places[name],
            remedy=f"Give it one of at most {MAX_NAME_BYTES} bytes, with an underscore before each capital.",
        )
        for name in classes
        if len(schemas.names.module_of(name).encode()) > MAX_NAME_BYTES
    ]


def _samples(schemas: Schemas, operations: Operations) -> Iterator[tuple[str, str, Any]]:
    """Yield the place, the class and the value of each example of a component that is an object."""
    holders = [(schemas.places[name], name, mapping(schema)) for name, schema in schemas.raw.items()]
    for media, place, schema in operations.media:
        if (target := target_of(schema)) is not None:
            holders.append((place, target, media))
    for place, name, holder in holders:
        listed = holder.get("examples")
        named = [mapping(each).get("value") for each in mapping(listed).values()]
        for value in [holder.get("example"), *sequence(listed), *named]:
            if isinstance(value, dict) and is_object(schemas.components[name]):
                yield place, name, value
