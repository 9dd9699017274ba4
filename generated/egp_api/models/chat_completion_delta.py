from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import ABSENT, JSONObject, create

if TYPE_CHECKING:
    from .delta_role import DeltaRole


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class ChatCompletionDelta(JSONObject[Any]):
    """What to add to the message of a choice."""

    role: DeltaRole | None = ABSENT
    """Who speaks. In the first piece."""
    content: str | None = ABSENT
    """A piece of the text."""
    refusal: str | None = ABSENT
    """A piece of the words in which the model declines."""
    function_call: FunctionCallDelta | None = ABSENT
    """A piece of the function call. Superseded by `tool_calls`.

    Deprecated.
    """
    tool_calls: list[ToolCallDelta] | None = ABSENT
    """Pieces of tool calls."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        v: Any
        if "role" in d:
            known += 1
            self.role = d["role"]
        if "content" in d:
            known += 1
            self.content = d["content"]
        if "refusal" in d:
            known += 1
            self.refusal = d["refusal"]
        if "function_call" in d:
            known += 1
            v = d["function_call"]
            self.function_call = FunctionCallDelta.from_dict(v) if v.__class__ is dict else v
        if "tool_calls" in d:
            known += 1
            v = d["tool_calls"]
            self.tool_calls = (
                [ToolCallDelta.from_dict(i) if i.__class__ is dict else i for i in v]
                if v.__class__ is list
                else v
            )
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "role",
        "content",
        "refusal",
        "function_call",
        "tool_calls",
    )
)

from .function_call_delta import FunctionCallDelta
from .tool_call_delta import ToolCallDelta
