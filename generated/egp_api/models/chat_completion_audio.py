from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
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
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        if "id" in d:
            known += 1
            self.id = d["id"]
        if "data" in d:
            known += 1
            self.data = d["data"]
        if "expires_at" in d:
            known += 1
            self.expires_at = d["expires_at"]
        if "transcript" in d:
            known += 1
            self.transcript = d["transcript"]
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "id",
        "data",
        "expires_at",
        "transcript",
    )
)
