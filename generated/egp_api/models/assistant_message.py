from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, Unset, create, encode


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
        self: Self = create(cls)
        d: Any = src_dict
        v: Any
        self.role = d["role"] if "role" in d else ABSENT
        v = d["content"] if "content" in d else ABSENT
        self.content = (
            [
                TextPart.from_dict(i)
                if (t1 := i.get("type", UNSET) if i.__class__ is dict else None) == "text"
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
                if i.__class__ is dict
                else i
                for i in v
            ]
            if v.__class__ is list
            else v
        )
        self.refusal = d["refusal"] if "refusal" in d else ABSENT
        self.name = d["name"] if "name" in d else ABSENT
        v = d["audio"] if "audio" in d else ABSENT
        self.audio = AudioReference.from_dict(v) if v.__class__ is dict else v
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
                else OtherToolCall.from_dict(i)
                if i.__class__ is dict
                else i
                for i in v
            ]
            if v.__class__ is list
            else v
        )
        v = d["function_call"] if "function_call" in d else ABSENT
        self.function_call = FunctionCall.from_dict(v) if v.__class__ is dict else v
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
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
