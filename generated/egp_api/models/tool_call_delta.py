from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, Unset, create, encode

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
        self: Self = create(cls)
        d: Any = src_dict
        v: Any
        self.index = d["index"] if "index" in d else ABSENT
        self.id = d["id"] if "id" in d else ABSENT
        self.type = d["type"] if "type" in d else ABSENT
        v = d["function"] if "function" in d else ABSENT
        self.function = FunctionCallDelta.from_dict(v) if v.__class__ is dict else v
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
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
