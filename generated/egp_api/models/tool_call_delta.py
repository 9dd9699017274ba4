from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import UNSET, JSONObject, Unset, encode

if TYPE_CHECKING:
    from .tool_call_delta_type import ToolCallDeltaType


@define(eq=False, repr=False, kw_only=True)
class ToolCallDelta(JSONObject[Any]):
    """A piece of a tool call."""

    index: int
    """The place of this tool call among the tool calls, from 0."""
    id: str | None | Unset = UNSET
    """The id of the call. In its first piece."""
    type: ToolCallDeltaType | None | Unset = UNSET
    """The kind of tool called. In the first piece."""
    function: FunctionCallDelta | None | Unset = UNSET
    """A piece of the function's name and arguments."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self = cls.__new__(cls)
        v: Any
        get: Any = src_dict.get
        self.index = get("index", UNSET)
        self.id = get("id", UNSET)
        self.type = get("type", UNSET)
        v = get("function", UNSET)
        self.function = FunctionCallDelta.from_dict(v) if v.__class__ is dict else v
        self._extras = (
            None if src_dict.keys() <= _KNOWN else {k: v for k, v in src_dict.items() if k not in _KNOWN}
        )
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.index) is not UNSET:
            d["index"] = v
        if (v := fields.id) is not UNSET:
            d["id"] = v
        if (v := fields.type) is not UNSET:
            d["type"] = v
        if (v := fields.function) is not UNSET:
            d["function"] = encode(v)
        return d


_KNOWN = frozenset(
    (
        "index",
        "id",
        "type",
        "function",
    )
)

from .function_call_delta import FunctionCallDelta
