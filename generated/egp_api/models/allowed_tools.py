from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import UNSET, JSONObject, create

if TYPE_CHECKING:
    from .tool_choice_mode import ToolChoiceMode


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class AllowedTools(JSONObject[Any]):
    """The tools that may be called now, of all that `tools` defines."""

    mode: ToolChoiceMode | str
    """Whether one of them may be called (`auto`) or must be (`required`)."""
    tools: list[FunctionTool | CustomTool | OtherTool]
    """The tools, by kind and name."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        v: Any
        if "mode" in d:
            known += 1
            self.mode = d["mode"]
        if "tools" in d:
            known += 1
            v = d["tools"]
            self.tools = (
                [
                    FunctionTool.from_dict(i)
                    if (t1 := i.get("type") if i.__class__ is dict else UNSET) == "function"
                    else CustomTool.from_dict(i)
                    if t1 == "custom"
                    else FunctionTool.from_dict(i)
                    if t1 is None and "function" in i
                    else CustomTool.from_dict(i)
                    if t1 is None and "custom" in i
                    else OtherTool.from_dict(i)
                    if t1 is not UNSET
                    else i
                    for i in v
                ]
                if v.__class__ is list
                else v
            )
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "mode",
        "tools",
    )
)

from .custom_tool import CustomTool
from .function_tool import FunctionTool
from .other_tool import OtherTool
