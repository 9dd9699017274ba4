from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, create, encode

if TYPE_CHECKING:
    from .tool_choice_mode import ToolChoiceMode


@define(eq=False, repr=False, kw_only=True)
class AllowedTools(JSONObject[Any]):
    """The tools that may be called now, of all that `tools` defines."""

    mode: ToolChoiceMode | str
    """Whether one of them may be called (`auto`) or must be (`required`)."""
    tools: list[FunctionTool | CustomTool | OtherTool]
    """The tools, by kind and name."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        v: Any
        self.mode = d["mode"] if "mode" in d else ABSENT
        v = d["tools"] if "tools" in d else ABSENT
        self.tools = (
            [
                FunctionTool.from_dict(i)
                if (t1 := i.get("type", UNSET) if i.__class__ is dict else None) == "function"
                else CustomTool.from_dict(i)
                if t1 == "custom"
                else FunctionTool.from_dict(i)
                if t1 is UNSET and "function" in i
                else CustomTool.from_dict(i)
                if t1 is UNSET and "custom" in i
                else OtherTool.from_dict(i)
                if i.__class__ is dict
                else i
                for i in v
            ]
            if v.__class__ is list
            else v
        )
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
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
