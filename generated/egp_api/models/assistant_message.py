from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define

from ..types import UNSET, JSONObject, Unset, encode


@define(eq=False, repr=False, kw_only=True)
class AssistantMessage(JSONObject[Any]):
    """What the model said earlier. The `message` of a completion can be sent back as it is."""

    role: Literal["assistant"] = "assistant"
    """Who speaks."""
    content: (
        str | list[TextPart | ImagePart | AudioPart | FilePart | RefusalPart | OtherPart] | None | Unset
    ) = UNSET
    """What was said. May be null or absent beside tool calls or a function call."""
    refusal: str | None | Unset = UNSET
    """The words in which the model declined."""
    name: str | Unset = UNSET
    """Tells participants of the same role apart."""
    audio: AudioReference | None | Unset = UNSET
    """An earlier spoken answer to refer to."""
    tool_calls: list[FunctionToolCall | CustomToolCall | OtherToolCall] | None | Unset = UNSET
    """The tool calls that the model made. Each is answered by a tool message."""
    function_call: FunctionCall | None | Unset = UNSET
    """The function call that the model made. Superseded by `tool_calls`.

    Deprecated.
    """

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self = cls.__new__(cls)
        v: Any
        get: Any = src_dict.get
        self.role = get("role", UNSET)
        v = get("content", UNSET)
        self.content = (
            [
                (
                    TextPart.from_dict(i)
                    if (t1 := i.get("type", UNSET)) == "text"
                    else ImagePart.from_dict(i)
                    if t1 == "image_url"
                    else AudioPart.from_dict(i)
                    if t1 == "input_audio"
                    else FilePart.from_dict(i)
                    if t1 == "file"
                    else RefusalPart.from_dict(i)
                    if t1 == "refusal"
                    else TextPart.from_dict(i)
                    if t1 is UNSET and "text" in i
                    else ImagePart.from_dict(i)
                    if t1 is UNSET and "image_url" in i
                    else AudioPart.from_dict(i)
                    if t1 is UNSET and "input_audio" in i
                    else FilePart.from_dict(i)
                    if t1 is UNSET and "file" in i
                    else RefusalPart.from_dict(i)
                    if t1 is UNSET and "refusal" in i
                    else OtherPart.from_dict(i)
                )
                if i.__class__ is dict
                else i
                for i in v
            ]
            if v.__class__ is list
            else v
        )
        self.refusal = get("refusal", UNSET)
        self.name = get("name", UNSET)
        v = get("audio", UNSET)
        self.audio = AudioReference.from_dict(v) if v.__class__ is dict else v
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
                    else OtherToolCall.from_dict(i)
                )
                if i.__class__ is dict
                else i
                for i in v
            ]
            if v.__class__ is list
            else v
        )
        v = get("function_call", UNSET)
        self.function_call = FunctionCall.from_dict(v) if v.__class__ is dict else v
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
            d["content"] = encode(v)
        if (v := fields.refusal) is not UNSET:
            d["refusal"] = v
        if (v := fields.name) is not UNSET:
            d["name"] = v
        if (v := fields.audio) is not UNSET:
            d["audio"] = encode(v)
        if (v := fields.tool_calls) is not UNSET:
            d["tool_calls"] = encode(v)
        if (v := fields.function_call) is not UNSET:
            d["function_call"] = encode(v)
        return d


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
