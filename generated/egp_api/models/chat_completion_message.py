from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define

from ..types import UNSET, JSONObject, Unset, encode


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
        self = cls.__new__(cls)
        v: Any
        get: Any = src_dict.get
        self.role = get("role", UNSET)
        self.content = get("content", UNSET)
        self.refusal = get("refusal", UNSET)
        v = get("annotations", UNSET)
        self.annotations = (
            [Annotation.from_dict(i) if i.__class__ is dict else i for i in v] if v.__class__ is list else v
        )
        v = get("audio", UNSET)
        self.audio = ChatCompletionAudio.from_dict(v) if v.__class__ is dict else v
        v = get("function_call", UNSET)
        self.function_call = FunctionCall.from_dict(v) if v.__class__ is dict else v
        v = get("tool_calls", UNSET)
        self.tool_calls = (
            [
                (
                    FunctionToolCall.from_dict(i)
                    if (t1 := i.get("type", UNSET)) == "function"
                    else CustomToolCall.from_dict(i)
                    if t1 == "custom"
                    else FunctionToolCall.from_dict(i)
                    if t1 is UNSET and "id" in i and "function" in i
                    else CustomToolCall.from_dict(i)
                    if t1 is UNSET and "id" in i and "custom" in i
                    else i
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
