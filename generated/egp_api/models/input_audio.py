from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import JSONObject, create

if TYPE_CHECKING:
    from .input_audio_format import InputAudioFormat


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class InputAudio(JSONObject[Any]):
    """A recording, sent along."""

    data: str
    """The bytes of the recording, in base64."""
    format: InputAudioFormat | str
    """The format of the recording."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        if "data" in d:
            known += 1
            self.data = d["data"]
        if "format" in d:
            known += 1
            self.format = d["format"]
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "data",
        "format",
    )
)
