"""Enums, constants and defaults, as the generator can take them."""

from __future__ import annotations

import math
from typing import Any

from tools.compiler import pointer
from tools.compiler.desugar.kinds import fits, kind_of
from tools.compiler.desugar.merging import reference_of
from tools.compiler.errors import CompileError, Finding
from tools.compiler.walk import component_of


def split_enum(values: list[Any], types: list[str], place: str) -> list[dict[str, Any]]:
    """Return the values of an enum by type: one schema each, in the order in which the types first appear.

    Values that are there twice count once; values that the schema's own `type` excludes do not count.
    Floating point numbers and structures have no literal types in Python: those become their plain type.
    """
    groups: dict[str, list[Any]] = {}
    for value in values:
        kind = kind_of(value)
        if types and not any(fits(allowed, value) for allowed in types):
            continue
        group = groups.setdefault(kind, [])
        plain = int(value) if kind == "integer" else value
        if plain not in group:
            group.append(plain)
    if not groups:
        raise CompileError(f"no value of the enum has the type {' or '.join(types)}", pointer=place)
    if "number" in groups:
        groups.pop("integer", None)
    return [_of_kind(kind, group) for kind, group in groups.items()]


def _of_kind(kind: str, values: list[Any]) -> dict[str, Any]:
    if kind in {"string", "integer"}:
        return {"type": kind, "enum": values}
    if kind == "boolean" and len(values) == 1:
        return {"const": values[0]}
    if kind in {"object", "array"}:
        return {}
    return {"type": kind}


def constant(value: Any) -> dict[str, Any]:
    """Return the schema of a constant: text, integers and booleans as such, anything else by its type."""
    kind = kind_of(value)
    if kind in {"string", "integer", "boolean"}:
        return {"const": int(value) if kind == "integer" else value}
    return _of_kind(kind, [value])


def allows_default(schema: dict[str, Any], default: Any) -> bool | None:
    """Whether the generator can show the default; None for one that the schema excludes.

    Structures and their defaults are not compared: no default is ever sent.
    """
    if default is None or isinstance(default, dict | list):
        return False
    if isinstance(default, float) and not math.isfinite(default):
        return None
    if "enum" in schema:
        allowed = default in schema["enum"] and kind_of(default) == kind_of(schema["enum"][0])
    elif "const" in schema:
        allowed = default == schema["const"]
    elif "type" in schema:
        allowed = fits(schema["type"], default)
    else:
        return True
    if not allowed:
        return None
    return schema.get("format") not in {"date-time", "date", "uuid", "binary"}


def default_fits(schema: dict[str, Any], default: Any, components: dict[str, Any]) -> bool | None:
    """Return the same for a schema with references: any member of a union will do."""
    reference = reference_of(schema)
    if reference is not None:
        return default_fits(components[component_of(reference)], default, components)
    if "anyOf" not in schema:
        return schema.get("type") not in {"object", "array"} and allows_default(schema, default)
    fit = [default_fits(member, default, components) for member in schema["anyOf"]]
    return True if True in fit else False if False in fit else None


def misfit(default: Any, place: str) -> Finding:
    """Return the note about a default that its schema excludes."""
    message = f"the default {str(default)[:60]!r} does not fit its schema; none is sent"
    return Finding(message, pointer.join(place, "default"))
