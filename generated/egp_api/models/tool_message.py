from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define

from ..types import UNSET, JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class ToolMessage(JSONObject[Any]):
    """The result of a tool call."""

    role: Literal["tool"] = "tool"
    """Who speaks."""
    content: str | list[TextPart | ImagePart | AudioPart | FilePart | RefusalPart | OtherPart]
    """What the tool gave back."""
    tool_call_id: str
    """The `id` of the tool call that this answers."""

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
        if "tool_call_id" in d:
            known += 1
            self.tool_call_id = d["tool_call_id"]
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "role",
        "content",
        "tool_call_id",
    )
)

from .audio_part import AudioPart
from .file_part import FilePart
from .image_part import ImagePart
from .other_part import OtherPart
from .refusal_part import RefusalPart
from .text_part import TextPart
