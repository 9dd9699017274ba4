from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import UNSET, JSONObject, encode

if TYPE_CHECKING:
    from .input_audio_format_type_0 import InputAudioFormatType0


@define(eq=False, repr=False, kw_only=True)
class InputAudio(JSONObject[Any]):
    """A recording, sent along."""

    data: str
    """The bytes of the recording, in base64."""
    format: InputAudioFormatType0 | str
    """The format of the recording."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self = cls.__new__(cls)
        v: Any
        get: Any = src_dict.get
        self.data = get("data", UNSET)
        self.format = get("format", UNSET)
        self._extras = (
            None if src_dict.keys() <= _KNOWN else {k: v for k, v in src_dict.items() if k not in _KNOWN}
        )
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.data) is not UNSET:
            d["data"] = v
        if (v := fields.format) is not UNSET:
            d["format"] = v
        return d


_KNOWN = frozenset(
    (
        "data",
        "format",
    )
)
