"""discriminator: the value that names a member of a union becomes a constant of that member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.compiler import pointer
from tools.compiler.desugar.merging import ConflictError, is_object, members, merge, reference_of, union
from tools.compiler.desugar.naming import Naming
from tools.compiler.errors import CompileError, Finding
from tools.compiler.typos import did_you_mean
from tools.compiler.walk import component_of

if TYPE_CHECKING:
    from tools.compiler.desugar.schemas import Discriminated, Schemas


def set_tags(schemas: Schemas) -> None:
    """Give the members of every union with a discriminator the tag that names them.

    Several values that name one member make an enum. Without a mapping, a member that has constants of its
    own keeps them, and any other is named by its component, as OpenAPI has it.
    """
    values: dict[tuple[str, str], list[str]] = {}
    places: dict[tuple[str, str], str] = {}
    for found in schemas.unions:
        for name, tags in _tags_or_problems(found, schemas).items():
            key = (name, found.rule["propertyName"])
            known = values.setdefault(key, [])
            known.extend(tag for tag in tags if tag not in known)
            places.setdefault(key, found.place)
    for (name, property_name), tags in values.items():
        try:
            _set(schemas, name, property_name, tags, places[name, property_name])
        except CompileError as error:
            schemas.problems += error.problems
    for found in schemas.unions:
        _check_distinct(found, schemas)


def _tags_or_problems(found: Discriminated, schemas: Schemas) -> dict[str, list[str]]:
    try:
        return _tags(found, schemas)
    except CompileError as error:
        schemas.problems += error.problems
        return {}


def _tags(found: Discriminated, schemas: Schemas) -> dict[str, list[str]]:
    mapping: dict[str, Any] = found.rule.get("mapping") or {}
    property_name = found.rule["propertyName"]
    tags: dict[str, list[str]] = {}
    leaves = {leaf: name for name in found.names for leaf in _leaves(schemas, name)}
    for tag, target in mapping.items():
        place = pointer.join(found.place, "mapping", tag)
        name = schemas.named(target)
        if name is None:
            raise CompileError(
                f"{str(target)[:80]!r} is not a component schema",
                pointer=place,
                remedy=did_you_mean(str(target).rpartition("/")[2], schemas.keys)
                or "Name a component schema.",
            )
        if name not in found.names and name not in leaves:
            schemas.notes.append(Finding(f"the mapping of {tag!r} leads to no member of its union", place))
            continue
        within = _leaves(schemas, name)
        if within == [name]:
            tags.setdefault(name, []).append(tag)
        elif not any(tag in _constants(schemas, leaf, property_name) for leaf in within):
            raise CompileError(
                f"no member of {name} has the constant {tag!r}",
                pointer=place,
                remedy=f"Give one of them a `{property_name}` with that constant.",
            )
    for leaf in leaves:
        if leaf not in tags and not _constants(schemas, leaf, property_name):
            tags[leaf] = [schemas.name_of(leaf)]
    return tags


def _leaves(schemas: Schemas, name: str) -> list[str]:
    """Return the objects that a member stands for: itself, or the members of the union that it is."""
    schema = schemas.components[name]
    if is_object(schema):
        return [name]
    found = []
    for member in schema.get("anyOf", []):
        reference = reference_of(member)
        if reference is not None:
            found.extend(_leaves(schemas, component_of(reference)))
    return found


def _constants(schemas: Schemas, name: str, property_name: str) -> list[Any]:
    schema = schemas.components[name].get("properties", {}).get(property_name, {})
    found: list[Any] = []
    for member in members(schema):
        reference = reference_of(member)
        part = schemas.components[component_of(reference)] if reference is not None else member
        found += part["enum"] if "enum" in part else [part["const"]] if "const" in part else []
    return found


def _set(schemas: Schemas, name: str, property_name: str, tags: list[str], place: str) -> None:
    component = schemas.components[name]
    tag = union([{"const": value} for value in tags])
    if len(tags) == 1:
        tag = {"const": tags[0]}
    known = component.get("properties", {}).get(property_name, {})
    try:
        merged = merge(known, tag, schemas, Naming(name, property_name))
    except ConflictError:
        raise CompileError(
            f"{name}.{property_name} cannot be {' or '.join(map(repr, tags))}",
            pointer=place,
            remedy="The mapping and the schema of the member disagree.",
        ) from None
    merged.pop("default", None)
    schemas.components[name] = {
        **component,
        "properties": {**component.get("properties", {}), property_name: merged},
    }


def _check_distinct(found: Discriminated, schemas: Schemas) -> None:
    seen: dict[Any, str] = {}
    for name in dict.fromkeys(leaf for member in found.names for leaf in _leaves(schemas, member)):
        for value in _constants(schemas, name, found.rule["propertyName"]):
            if seen.setdefault(value, name) != name:
                message = f"{value!r} names both {seen[value]} and {name}: their other fields decide"
                schemas.notes.append(Finding(message, found.place))
