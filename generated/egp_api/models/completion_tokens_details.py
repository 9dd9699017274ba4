from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, Unset, create, encode


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
        self: Self = create(cls)
        d: Any = src_dict
        self.accepted_prediction_tokens = (
            d["accepted_prediction_tokens"] if "accepted_prediction_tokens" in d else ABSENT
        )
        self.audio_tokens = d["audio_tokens"] if "audio_tokens" in d else ABSENT
        self.reasoning_tokens = d["reasoning_tokens"] if "reasoning_tokens" in d else ABSENT
        self.rejected_prediction_tokens = (
            d["rejected_prediction_tokens"] if "rejected_prediction_tokens" in d else ABSENT
        )
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
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
