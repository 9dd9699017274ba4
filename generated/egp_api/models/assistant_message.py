from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class AssistantMessage(JSONObject[Any]):
    """What the model said earlier. The `message` of a completion can be sent back as it is."""

    role: Literal["assistant"] = "assistant"
    """Who speaks."""
    content: str | list[TextPart | ImagePart | AudioPart | FilePart | RefusalPart | OtherPart] | None = ABSENT
    """What was said. May be null or absent beside tool calls or a function call."""
    refusal: str | None = ABSENT
    """The words in which the model declined."""
    name: str | None = ABSENT
    """Tells participants of the same role apart."""
    audio: AudioReference | None = ABSENT
    """An earlier spoken answer to refer to."""
    tool_calls: list[FunctionToolCall | CustomToolCall | OtherToolCall] | None = ABSENT
    """The tool calls that the model made. Each is answered by a tool message."""
    function_call: FunctionCall | None = ABSENT
    """The function call that the model made. Superseded by `tool_calls`.

    Deprecated.
    """

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
            v = d["content"]
            self.content = (
                [
                    TextPart.from_dict(i)
                    if (t1 := i.get("type") if i.__class__ is dict else UNSET) == "text"
                    else ImagePart.from_dict(i)
                    if t1 == "image_url"
                    else AudioPart.from_dict(i)
                    if t1 == "input_audio"
                    else FilePart.from_dict(i)
                    if t1 == "file"
                    else RefusalPart.from_dict(i)
                    if t1 == "refusal"
                    else TextPart.from_dict(i)
                    if t1 is None and "text" in i
                    else ImagePart.from_dict(i)
                    if t1 is None and "image_url" in i
                    else AudioPart.from_dict(i)
                    if t1 is None and "input_audio" in i
                    else FilePart.from_dict(i)
                    if t1 is None and "file" in i
                    else RefusalPart.from_dict(i)
                    if t1 is None and "refusal" in i
                    else OtherPart.from_dict(i)
                    if t1 is not UNSET
                    else i
                    for i in v
                ]
                if v.__class__ is list
                else v
            )
        if "refusal" in d:
            known += 1
            self.refusal = d["refusal"]
        if "name" in d:
            known += 1
            self.name = d["name"]
        if "audio" in d:
            known += 1
            v = d["audio"]
            self.audio = AudioReference.from_dict(v) if v.__class__ is dict else v
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
                    else OtherToolCall.from_dict(i)
                    if t1 is not UNSET
                    else i
                    for i in v
                ]
                if v.__class__ is list
                else v
            )
        if "function_call" in d:
            known += 1
            v = d["function_call"]
            self.function_call = FunctionCall.from_dict(v) if v.__class__ is dict else v
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "role",
        "content",
        "refusal",
        "name",
        "audio",
        "tool_calls",
        "function_call",
    )
)

from .audio_part import AudioPart
from .audio_reference import AudioReference
from .custom_tool_call import CustomToolCall
from .file_part import FilePart
from .function_call import FunctionCall
from .function_tool_call import FunctionToolCall
from .image_part import ImagePart
from .other_part import OtherPart
from .other_tool_call import OtherToolCall
from .refusal_part import RefusalPart
from .text_part import TextPart
