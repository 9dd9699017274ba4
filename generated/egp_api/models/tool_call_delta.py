from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import ABSENT, JSONObject, create

if TYPE_CHECKING:
    from .tool_call_delta_type import ToolCallDeltaType


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class ToolCallDelta(JSONObject[Any]):
    """A piece of a tool call."""

    index: int
    """The place of this tool call among the tool calls, from 0."""
    id: str | None = ABSENT
    """The id of the call. In its first piece."""
    type: ToolCallDeltaType | None = ABSENT
    """The kind of tool called. In the first piece."""
    function: FunctionCallDelta | None = ABSENT
    """A piece of the function's name and arguments."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        v: Any
        if "index" in d:
            known += 1
            self.index = d["index"]
        if "id" in d:
            known += 1
            self.id = d["id"]
        if "type" in d:
            known += 1
            self.type = d["type"]
        if "function" in d:
            known += 1
            v = d["function"]
            self.function = FunctionCallDelta.from_dict(v) if v.__class__ is dict else v
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "index",
        "id",
        "type",
        "function",
    )
)

from .function_call_delta import FunctionCallDelta
