from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, create, encode

if TYPE_CHECKING:
    from .output_audio_format import OutputAudioFormat


@define(eq=False, repr=False, kw_only=True)
class AudioOptions(JSONObject[Any]):
    """How spoken output should sound."""

    voice: str
    """The voice to speak with, such as `alloy`."""
    format: OutputAudioFormat | str
    """The format of the recording."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        self.voice = d["voice"] if "voice" in d else ABSENT
        self.format = d["format"] if "format" in d else ABSENT
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.voice) is not UNSET:
            d["voice"] = v
        if (v := fields.format) is not UNSET:
            d["format"] = v
        return d


_KNOWN = frozenset(
    (
        "voice",
        "format",
    )
)
