from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import JSONObject, create

if TYPE_CHECKING:
    from .output_audio_format import OutputAudioFormat


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class AudioOptions(JSONObject[Any]):
    """How spoken output should sound."""

    voice: str
    """The voice to speak with, such as `alloy`."""
    format: OutputAudioFormat | str
    """The format of the recording."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        if "voice" in d:
            known += 1
            self.voice = d["voice"]
        if "format" in d:
            known += 1
            self.format = d["format"]
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "voice",
        "format",
    )
)
