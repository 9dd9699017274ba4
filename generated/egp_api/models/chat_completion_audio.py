from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, create, encode


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
        self: Self = create(cls)
        d: Any = src_dict
        self.id = d["id"] if "id" in d else ABSENT
        self.data = d["data"] if "data" in d else ABSENT
        self.expires_at = d["expires_at"] if "expires_at" in d else ABSENT
        self.transcript = d["transcript"] if "transcript" in d else ABSENT
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
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
