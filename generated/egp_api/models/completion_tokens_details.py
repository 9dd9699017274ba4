from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import UNSET, JSONObject, Unset, encode


@define(eq=False, repr=False, kw_only=True)
class CompletionTokensDetails(JSONObject[Any]):
    """The tokens of an answer, by kind."""

    accepted_prediction_tokens: int | None | Unset = UNSET
    """Those of the prediction that the answer has."""
    audio_tokens: int | None | Unset = UNSET
    """Those of speech."""
    reasoning_tokens: int | None | Unset = UNSET
    """Those of the reasoning."""
    rejected_prediction_tokens: int | None | Unset = UNSET
    """Those of the prediction that the answer does not have. They are billed too."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self = cls.__new__(cls)
        v: Any
        get: Any = src_dict.get
        self.accepted_prediction_tokens = get("accepted_prediction_tokens", UNSET)
        self.audio_tokens = get("audio_tokens", UNSET)
        self.reasoning_tokens = get("reasoning_tokens", UNSET)
        self.rejected_prediction_tokens = get("rejected_prediction_tokens", UNSET)
        self._extras = (
            None if src_dict.keys() <= _KNOWN else {k: v for k, v in src_dict.items() if k not in _KNOWN}
        )
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.accepted_prediction_tokens) is not UNSET:
            d["accepted_prediction_tokens"] = v
        if (v := fields.audio_tokens) is not UNSET:
            d["audio_tokens"] = v
        if (v := fields.reasoning_tokens) is not UNSET:
            d["reasoning_tokens"] = v
        if (v := fields.rejected_prediction_tokens) is not UNSET:
            d["rejected_prediction_tokens"] = v
        return d


_KNOWN = frozenset(
    (
        "accepted_prediction_tokens",
        "audio_tokens",
        "reasoning_tokens",
        "rejected_prediction_tokens",
    )
)
