"""`required` with a name that is no property: a misspelt one would make the real property optional."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from tools.compiler import pointer
from tools.compiler.desugar.merging import is_object
from tools.compiler.errors import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.compiler.desugar.schemas import Schemas


def misnamed_requirements(schemas: Schemas) -> Iterator[Finding]:
    """Return the required names that are nearly those of optional properties. Note the others."""
    for name, schema in schemas.components.items():
        if not is_object(schema):
            continue
        properties, required = schema.get("properties", {}), schema.get("required", [])
        for missing in required:
            place = schemas.place_of_required(name, missing)
            if missing in properties or place is None:
                continue
            optional = [key for key in properties if key not in required]
            close = difflib.get_close_matches(missing, optional, n=1, cutoff=0.75)
            if close:
                yield Finding(
                    f"`required` of {name} has {missing[:60]!r}, which is no property",
                    place,
                    remedy=f"Did you mean {close[0]}?",
                )
            else:
                message = f"`required` of {name} has {missing[:60]!r}, which is no property of its own"
                schemas.notes.append(Finding(message, place))


def place_within(schema: Any, name: str, place: str) -> str | None:
    """Return the place of the list, in a schema as it was written, that requires `name`."""
    if not isinstance(schema, dict):
        return None
    if isinstance(schema.get("required"), list) and name in schema["required"]:
        return pointer.join(place, "required", schema["required"].index(name))
    parts = schema.get("allOf") if isinstance(schema.get("allOf"), list) else []
    found = (place_within(part, name, pointer.join(place, "allOf", i)) for i, part in enumerate(parts or []))
    return next((at for at in found if at), None)
