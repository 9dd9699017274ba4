from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import UNSET, JSONObject, encode

if TYPE_CHECKING:
    from .tool_choice_mode_type_0 import ToolChoiceModeType0


@define(eq=False, repr=False, kw_only=True)
class AllowedTools(JSONObject[Any]):
    """The tools that may be called now, of all that `tools` defines."""

    mode: ToolChoiceModeType0 | str
    """Whether one of them may be called (`auto`) or must be (`required`)."""
    tools: list[FunctionTool | CustomTool | OtherTool]
    """The tools, by kind and name."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self = cls.__new__(cls)
        v: Any
        get: Any = src_dict.get
        self.mode = get("mode", UNSET)
        v = get("tools", UNSET)
        self.tools = (
            [
                (
                    FunctionTool.from_dict(i)
                    if (t1 := i.get("type", UNSET)) == "function"
                    else CustomTool.from_dict(i)
                    if t1 == "custom"
                    else FunctionTool.from_dict(i)
                    if t1 is UNSET and "function" in i
                    else CustomTool.from_dict(i)
                    if t1 is UNSET and "custom" in i
                    else OtherTool.from_dict(i)
                )
                if i.__class__ is dict
                else i
                for i in v
            ]
            if v.__class__ is list
            else v
        )
        self._extras = (
            None if src_dict.keys() <= _KNOWN else {k: v for k, v in src_dict.items() if k not in _KNOWN}
        )
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.mode) is not UNSET:
            d["mode"] = v
        if (v := fields.tools) is not UNSET:
            d["tools"] = encode(v)
        return d


_KNOWN = frozenset(
    (
        "mode",
        "tools",
    )
)

from .custom_tool import CustomTool
from .function_tool import FunctionTool
from .other_tool import OtherTool
