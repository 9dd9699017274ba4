"""discriminator: the value that names a member of a union becomes a constant of that member."""

import difflib
from typing import Any

from tools.compiler import pointer
from tools.compiler.desugar.forms import constants, is_object, members, target_of, union
from tools.compiler.desugar.merging import ConflictError, merge
from tools.compiler.desugar.schemas import Discriminated, Schemas
from tools.compiler.errors import Finding
from tools.compiler.typos import did_you_mean


def set_tags(schemas: Schemas) -> None:
    """Give the members of every union with a discriminator the tag that names them.

    Several values that name one member make an enum. Without a mapping, a member that has constants of its
    own keeps them, and any other is named by its component, as OpenAPI has it.
    """
    values: dict[tuple[str, str], list[str]] = {}
    places: dict[tuple[str, str], str] = {}
    for found in schemas.unions:
        for name, tags in _tags(found, schemas).items():
            key = (name, found.rule["propertyName"])
            values[key] = list(dict.fromkeys([*values.get(key, []), *tags]))
            places.setdefault(key, found.place)
    for (name, property_name), tags in values.items():
        _set(schemas, name, property_name, tags, places[name, property_name])
    for found in schemas.unions:
        _check_distinct(found, schemas)


def _tags(found: Discriminated, schemas: Schemas) -> dict[str, list[str]]:
    """Return the tags by the members that they name; none where the mapping is refused."""
    property_name = found.rule["propertyName"]
    tags: dict[str, list[str]] = {}
    leaves = [leaf for name in found.names for leaf in _leaves(schemas, name)]
    known = [name for leaf in leaves for name in schemas.components[leaf].get("properties", {})]
    close = difflib.get_close_matches(property_name, known, n=1, cutoff=0.75)
    if close and property_name not in known:
        message = f"no member of the union has the property {property_name[:60]!r}"
        place = pointer.join(found.place, "propertyName")
        schemas.problems.append(Finding(message, place, remedy=f"Did you mean {close[0]}?"))
        return {}
    for tag, target in (found.rule.get("mapping") or {}).items():
        place = pointer.join(found.place, "mapping", tag)
        name = schemas.named(target)
        if name is None:
            meant = did_you_mean(str(target).rpartition("/")[2], schemas.keys) or "Name a component schema."
            message = f"{str(target)[:80]!r} is not a component schema"
            schemas.problems.append(Finding(message, place, remedy=meant))
            return {}
        if name not in found.names and name not in leaves:
            schemas.notes.append(Finding(f"the mapping of {tag!r} leads to no member of its union", place))
            continue
        within = _leaves(schemas, name)
        if within == [name]:
            tags.setdefault(name, []).append(tag)
        elif not any(tag in _constants(schemas, leaf, property_name) for leaf in within):
            remedy = f"Give one of them a `{property_name}` with that constant."
            message = f"no member of {name} has the constant {tag!r}"
            schemas.problems.append(Finding(message, place, remedy=remedy))
            return {}
    names = {key: name for name, key in schemas.keys.items()}
    for leaf in leaves:
        if leaf not in tags and not _constants(schemas, leaf, property_name):
            tags[leaf] = [names.get(leaf, leaf)]
    return tags


def _leaves(schemas: Schemas, name: str) -> list[str]:
    """Return the objects that a member stands for: itself, or the members of the union that it is."""
    schema = schemas.components[name]
    if is_object(schema):
        return [name]
    targets = [target_of(member) for member in schema.get("anyOf", [])]
    return [leaf for target in targets if target is not None for leaf in _leaves(schemas, target)]


def _constants(schemas: Schemas, name: str, property_name: str) -> list[Any]:
    found: list[Any] = []
    for member in members(schemas.components[name].get("properties", {}).get(property_name, {})):
        found += constants(schemas.resolved(member))
    return found


def _set(schemas: Schemas, name: str, property_name: str, tags: list[str], place: str) -> None:
    component = schemas.components[name]
    properties = component.get("properties", {})
    tag = union([{"const": value} for value in tags])
    try:
        merged = merge(properties.get(property_name, {}), tag, schemas)
    except ConflictError:
        message = f"{name}.{property_name} cannot be {' or '.join(map(repr, tags))}"
        remedy = "The mapping and the schema of the member disagree."
        schemas.problems.append(Finding(message, place, remedy=remedy))
        return
    schemas.components[name] = {**component, "properties": {**properties, property_name: merged}}


def _check_distinct(found: Discriminated, schemas: Schemas) -> None:
    seen: dict[Any, str] = {}
    for name in dict.fromkeys(leaf for member in found.names for leaf in _leaves(schemas, member)):
        for value in _constants(schemas, name, found.rule["propertyName"]):
            if seen.setdefault(value, name) != name:
                message = f"{value!r} names both {seen[value]} and {name}: their other fields decide"
                schemas.notes.append(Finding(message, found.place))
