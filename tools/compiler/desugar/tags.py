"""discriminator: the value that names a member of a union becomes a constant of that member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.compiler import pointer
from tools.compiler.desugar.merging import ConflictError, is_object, merge, reference_of, union
from tools.compiler.desugar.naming import Naming
from tools.compiler.desugar.references import component_of, is_component
from tools.compiler.errors import CompileError

if TYPE_CHECKING:
    from tools.compiler.desugar.schemas import Discriminated, Schemas


def set_tags(schemas: Schemas) -> None:
    """Gives the members of every union with a discriminator the tag that names them.

    Several values that name one member make an enum. Without a mapping, a member that has constants of its
    own keeps them, and any other is named by its component, as OpenAPI has it.
    """
    values: dict[tuple[str, str], list[str]] = {}
    places: dict[tuple[str, str], str] = {}
    for found in schemas.unions:
        for name, tags in _tags(found, schemas).items():
            key = (name, found.rule["propertyName"])
            known = values.setdefault(key, [])
            known.extend(tag for tag in tags if tag not in known)
            places.setdefault(key, found.place)
    for (name, property_name), tags in values.items():
        _set(schemas, name, property_name, tags, places[name, property_name])
    for found in schemas.unions:
        _check_distinct(found, schemas)


def _tags(found: Discriminated, schemas: Schemas) -> dict[str, list[str]]:
    mapping: dict[str, Any] = found.rule.get("mapping") or {}
    property_name = found.rule["propertyName"]
    tags: dict[str, list[str]] = {}
    leaves = {leaf: name for name in found.names for leaf in _leaves(schemas, name)}
    for tag, target in mapping.items():
        place = pointer.join(found.place, "mapping", tag)
        name = _target(target, schemas, place)
        if name not in found.names and name not in leaves:
            raise CompileError(f"{target!r} is not a member of the union", pointer=place)
        within = _leaves(schemas, name)
        if within == [name]:
            tags.setdefault(name, []).append(tag)
        elif not any(tag in _constants(schemas, leaf, property_name) for leaf in within):
            raise CompileError(f"no member of {name} has the constant {tag!r}", pointer=place)
    for leaf in leaves:
        if leaf not in tags and not _constants(schemas, leaf, property_name):
            tags[leaf] = [schemas.name_of(leaf)]
    return tags


def _target(target: Any, schemas: Schemas, place: str) -> str:
    if isinstance(target, str):
        if target.startswith("#") and is_component(target):
            name = schemas.key_of(component_of(target))
        else:
            name = schemas.key_of(target)
        if name is not None:
            return name
    raise CompileError(f"{str(target)[:80]!r} is not a component schema", pointer=place)


def _leaves(schemas: Schemas, name: str) -> list[str]:
    """The objects that a member stands for: itself, or the members of the union that it is."""
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
    reference = reference_of(schema)
    if reference is not None:
        schema = schemas.components[component_of(reference)]
    return list(schema["enum"]) if "enum" in schema else [schema["const"]] if "const" in schema else []


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
            if value in seen:
                raise CompileError(f"{value!r} names both {seen[value]} and {name}", pointer=found.place)
            seen[value] = name
