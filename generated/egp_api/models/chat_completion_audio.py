from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import UNSET, JSONObject, encode


@define(eq=False, repr=False, kw_only=True)
class ChatCompletionAudio(JSONObject[Any]):
    """An answer as speech."""

    id: str
    """The id by which a later assistant message can refer to it."""
    data: str
    """The bytes of the recording, in base64."""
    expires_at: int
    """Until when `id` can be referred to, in Unix seconds."""
    transcript: str
    """What is said, as text."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self = cls.__new__(cls)
        v: Any
        get: Any = src_dict.get
        self.id = get("id", UNSET)
        self.data = get("data", UNSET)
        self.expires_at = get("expires_at", UNSET)
        self.transcript = get("transcript", UNSET)
        self._extras = (
            None if src_dict.keys() <= _KNOWN else {k: v for k, v in src_dict.items() if k not in _KNOWN}
        )
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.id) is not UNSET:
            d["id"] = v
        if (v := fields.data) is not UNSET:
            d["data"] = v
        if (v := fields.expires_at) is not UNSET:
            d["expires_at"] = v
        if (v := fields.transcript) is not UNSET:
            d["transcript"] = v
        return d


_KNOWN = frozenset(
    (
        "id",
        "data",
        "expires_at",
        "transcript",
    )
)
