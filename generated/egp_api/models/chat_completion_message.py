from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, Unset, create, encode


@define(eq=False, repr=False, kw_only=True)
class ChatCompletionMessage(JSONObject[Any]):
    """A message of the model."""

    role: Literal["assistant"] = "assistant"
    """Who speaks."""
    content: str | None | Unset = UNSET
    """The text. Null where the model called tools or declined instead."""
    refusal: str | None | Unset = UNSET
    """The words in which the model declined."""
    annotations: list[Annotation] | None | Unset = UNSET
    """Notes on the text, such as the sources that it cites."""
    audio: ChatCompletionAudio | None | Unset = UNSET
    """The answer as speech, where `modalities` asked for it."""
    function_call: FunctionCall | None | Unset = UNSET
    """The function call that the model makes. Superseded by `tool_calls`.

    Deprecated.
    """
    tool_calls: list[FunctionToolCall | CustomToolCall] | None | Unset = UNSET
    """The tool calls that the model makes."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        v: Any
        self.role = d["role"] if "role" in d else ABSENT
        self.content = d["content"] if "content" in d else ABSENT
        self.refusal = d["refusal"] if "refusal" in d else ABSENT
        v = d["annotations"] if "annotations" in d else ABSENT
        self.annotations = (
            [Annotation.from_dict(i) if i.__class__ is dict else i for i in v] if v.__class__ is list else v
        )
        v = d["audio"] if "audio" in d else ABSENT
        self.audio = ChatCompletionAudio.from_dict(v) if v.__class__ is dict else v
        v = d["function_call"] if "function_call" in d else ABSENT
        self.function_call = FunctionCall.from_dict(v) if v.__class__ is dict else v
        v = d["tool_calls"] if "tool_calls" in d else ABSENT
        self.tool_calls = (
            [
                FunctionToolCall.from_dict(i)
                if (t1 := i.get("type", UNSET) if i.__class__ is dict else None) == "function"
                else CustomToolCall.from_dict(i)
                if t1 == "custom"
                else FunctionToolCall.from_dict(i)
                if t1 is UNSET and "id" in i and "function" in i
                else CustomToolCall.from_dict(i)
                if t1 is UNSET and "id" in i and "custom" in i
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
        if (v := fields.role) is not UNSET:
            d["role"] = v
        if (v := fields.content) is not UNSET:
            d["content"] = v
        if (v := fields.refusal) is not UNSET:
            d["refusal"] = v
        if (v := fields.annotations) is not UNSET:
            d["annotations"] = encode(v)
        if (v := fields.audio) is not UNSET:
            d["audio"] = encode(v)
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
        "annotations",
        "audio",
        "function_call",
        "tool_calls",
    )
)

from .annotation import Annotation
from .chat_completion_audio import ChatCompletionAudio
from .custom_tool_call import CustomToolCall
from .function_call import FunctionCall
from .function_tool_call import FunctionToolCall
