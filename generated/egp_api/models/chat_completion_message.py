from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, create, other_object


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class ChatCompletionMessage(JSONObject[Any]):
    """A message of the model."""

    role: Literal["assistant"] = "assistant"
    """Who speaks."""
    content: str | None = ABSENT
    """The text. Null where the model called tools or declined instead."""
    refusal: str | None = ABSENT
    """The words in which the model declined."""
    annotations: list[Annotation] | None = ABSENT
    """Notes on the text, such as the sources that it cites."""
    audio: ChatCompletionAudio | None = ABSENT
    """The answer as speech, where `modalities` asked for it."""
    function_call: FunctionCall | None = ABSENT
    """The function call that the model makes. Superseded by `tool_calls`.

    Deprecated.
    """
    tool_calls: list[FunctionToolCall | CustomToolCall] | None = ABSENT
    """The tool calls that the model makes."""

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
        if "annotations" in d:
            known += 1
            v = d["annotations"]
            self.annotations = (
                [Annotation.from_dict(i) if i.__class__ is dict else i for i in v]
                if v.__class__ is list
                else v
            )
        if "audio" in d:
            known += 1
            v = d["audio"]
            self.audio = ChatCompletionAudio.from_dict(v) if v.__class__ is dict else v
        if "function_call" in d:
            known += 1
            v = d["function_call"]
            self.function_call = FunctionCall.from_dict(v) if v.__class__ is dict else v
        if "tool_calls" in d:
            known += 1
            v = d["tool_calls"]
            self.tool_calls = (
                [
                    FunctionToolCall.from_dict(i)
                    if (t1 := i.get("type") if i.__class__ is dict else UNSET) == "function"
                    else CustomToolCall.from_dict(i)
                    if t1 == "custom"
                    else FunctionToolCall.from_dict(i)
                    if t1 is None and "id" in i and "function" in i
                    else CustomToolCall.from_dict(i)
                    if t1 is None and "id" in i and "custom" in i
                    else other_object(i)
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
