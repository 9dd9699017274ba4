from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define

from ..types import UNSET, JSONObject, encode


@define(eq=False, repr=False, kw_only=True)
class AllowedToolsChoice(JSONObject[Any]):
    """The model may call only some of the tools."""

    type: Literal["allowed_tools"] = "allowed_tools"
    """The kind of choice."""
    allowed_tools: AllowedTools
    """The tools to choose from."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self = cls.__new__(cls)
        v: Any
        get: Any = src_dict.get
        self.type = get("type", UNSET)
        v = get("allowed_tools", UNSET)
        self.allowed_tools = AllowedTools.from_dict(v) if v.__class__ is dict else v
        self._extras = (
            None if src_dict.keys() <= _KNOWN else {k: v for k, v in src_dict.items() if k not in _KNOWN}
        )
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.type) is not UNSET:
            d["type"] = v
        if (v := fields.allowed_tools) is not UNSET:
            d["allowed_tools"] = encode(v)
        return d


_KNOWN = frozenset(
    (
        "type",
        "allowed_tools",
    )
)

from .allowed_tools import AllowedTools
