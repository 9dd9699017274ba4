from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, Unset, create, encode


@define(eq=False, repr=False, kw_only=True)
class PromptTokensDetails(JSONObject[Any]):
    """The tokens of a prompt, by kind."""

    audio_tokens: int | None | Unset = UNSET
    """Those of speech."""
    cached_tokens: int | None | Unset = UNSET
    """Those that were found in the vendor's cache."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        self.audio_tokens = d["audio_tokens"] if "audio_tokens" in d else ABSENT
        self.cached_tokens = d["cached_tokens"] if "cached_tokens" in d else ABSENT
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.audio_tokens) is not UNSET:
            d["audio_tokens"] = v
        if (v := fields.cached_tokens) is not UNSET:
            d["cached_tokens"] = v
        return d


_KNOWN = frozenset(
    (
        "audio_tokens",
        "cached_tokens",
    )
)
