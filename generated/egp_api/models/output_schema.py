from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, Unset, create, encode


@define(eq=False, repr=False, kw_only=True)
class OutputSchema(JSONObject[Any]):
    """A schema that an answer must fit."""

    name: str
    """A name for the schema."""
    description: str | Unset = UNSET
    """What the answer is for, for the model to read."""
    schema: JSONSchema | Unset = UNSET
    """The schema itself."""
    strict: bool | None | Unset = UNSET
    """Whether the answer must fit exactly."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        v: Any
        self.name = d["name"] if "name" in d else ABSENT
        self.description = d["description"] if "description" in d else ABSENT
        v = d["schema"] if "schema" in d else ABSENT
        self.schema = JSONSchema.from_dict(v) if v.__class__ is dict else v
        self.strict = d["strict"] if "strict" in d else ABSENT
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.name) is not UNSET:
            d["name"] = v
        if (v := fields.description) is not UNSET:
            d["description"] = v
        if (v := fields.schema) is not UNSET:
            d["schema"] = encode(v)
        if (v := fields.strict) is not UNSET:
            d["strict"] = v
        return d


_KNOWN = frozenset(
    (
        "name",
        "description",
        "schema",
        "strict",
    )
)

from .json_schema import JSONSchema
