from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import UNSET, JSONObject, Unset, encode


@define(eq=False, repr=False, kw_only=True)
class FunctionDefinition(JSONObject[Any]):
    """A function that the model may call."""

    name: str
    """The name to call it by."""
    description: str | Unset = UNSET
    """What it does and when to call it, for the model to read."""
    parameters: JSONSchema | Unset = UNSET
    """The arguments that it takes. Absent, it takes none."""
    strict: bool | None | Unset = UNSET
    """Whether the arguments must fit `parameters` exactly."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self = cls.__new__(cls)
        v: Any
        get: Any = src_dict.get
        self.name = get("name", UNSET)
        self.description = get("description", UNSET)
        v = get("parameters", UNSET)
        self.parameters = JSONSchema.from_dict(v) if v.__class__ is dict else v
        self.strict = get("strict", UNSET)
        self._extras = (
            None if src_dict.keys() <= _KNOWN else {k: v for k, v in src_dict.items() if k not in _KNOWN}
        )
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.name) is not UNSET:
            d["name"] = v
        if (v := fields.description) is not UNSET:
            d["description"] = v
        if (v := fields.parameters) is not UNSET:
            d["parameters"] = encode(v)
        if (v := fields.strict) is not UNSET:
            d["strict"] = v
        return d


_KNOWN = frozenset(
    (
        "name",
        "description",
        "parameters",
        "strict",
    )
)

from .json_schema import JSONSchema
