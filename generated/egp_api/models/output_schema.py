from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class OutputSchema(JSONObject[Any]):
    """A schema that an answer must fit."""

    name: str
    """A name for the schema."""
    description: str | None = ABSENT
    """What the answer is for, for the model to read."""
    schema: JSONSchema | None = ABSENT
    """The schema itself."""
    strict: bool | None = ABSENT
    """Whether the answer must fit exactly."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        v: Any
        if "name" in d:
            known += 1
            self.name = d["name"]
        if "description" in d:
            known += 1
            self.description = d["description"]
        if "schema" in d:
            known += 1
            v = d["schema"]
            self.schema = JSONSchema.from_dict(v) if v.__class__ is dict else v
        if "strict" in d:
            known += 1
            self.strict = d["strict"]
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "name",
        "description",
        "schema",
        "strict",
    )
)

from .json_schema import JSONSchema
