from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import UNSET, JSONObject, Unset, encode


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
        self = cls.__new__(cls)
        v: Any
        get: Any = src_dict.get
        self.audio_tokens = get("audio_tokens", UNSET)
        self.cached_tokens = get("cached_tokens", UNSET)
        self._extras = (
            None if src_dict.keys() <= _KNOWN else {k: v for k, v in src_dict.items() if k not in _KNOWN}
        )
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
