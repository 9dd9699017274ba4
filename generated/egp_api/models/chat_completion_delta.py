from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, Unset, create, encode

if TYPE_CHECKING:
    from .delta_role import DeltaRole


@define(eq=False, repr=False, kw_only=True)
class ChatCompletionDelta(JSONObject[Any]):
    """What to add to the message of a choice."""

    role: DeltaRole | None | Unset = UNSET
    """Who speaks. In the first piece."""
    content: str | None | Unset = UNSET
    """A piece of the text."""
    refusal: str | None | Unset = UNSET
    """A piece of the words in which the model declines."""
    function_call: FunctionCallDelta | None | Unset = UNSET
    """A piece of the function call. Superseded by `tool_calls`.

    Deprecated.
    """
    tool_calls: list[ToolCallDelta] | None | Unset = UNSET
    """Pieces of tool calls."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        v: Any
        self.role = d["role"] if "role" in d else ABSENT
        self.content = d["content"] if "content" in d else ABSENT
        self.refusal = d["refusal"] if "refusal" in d else ABSENT
        v = d["function_call"] if "function_call" in d else ABSENT
        self.function_call = FunctionCallDelta.from_dict(v) if v.__class__ is dict else v
        v = d["tool_calls"] if "tool_calls" in d else ABSENT
        self.tool_calls = (
            [ToolCallDelta.from_dict(i) if i.__class__ is dict else i for i in v]
            if v.__class__ is list
            else v
        )
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.role) is not UNSET:
            d["role"] = v
        if (v := fields.content) is not UNSET:
            d["content"] = v
        if (v := fields.refusal) is not UNSET:
            d["refusal"] = v
        if (v := fields.function_call) is not UNSET:
            d["function_call"] = encode(v)
        if (v := fields.tool_calls) is not UNSET:
            d["tool_calls"] = encode(v)
        return d


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
