from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class CompletionTokensDetails(JSONObject[Any]):
    """The tokens of an answer, by kind."""

    accepted_prediction_tokens: int | None = ABSENT
    """Those of the prediction that the answer has."""
    audio_tokens: int | None = ABSENT
    """Those of speech."""
    reasoning_tokens: int | None = ABSENT
    """Those of the reasoning."""
    rejected_prediction_tokens: int | None = ABSENT
    """Those of the prediction that the answer does not have. They are billed too."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        if "accepted_prediction_tokens" in d:
            known += 1
            self.accepted_prediction_tokens = d["accepted_prediction_tokens"]
        if "audio_tokens" in d:
            known += 1
            self.audio_tokens = d["audio_tokens"]
        if "reasoning_tokens" in d:
            known += 1
            self.reasoning_tokens = d["reasoning_tokens"]
        if "rejected_prediction_tokens" in d:
            known += 1
            self.rejected_prediction_tokens = d["rejected_prediction_tokens"]
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "accepted_prediction_tokens",
        "audio_tokens",
        "reasoning_tokens",
        "rejected_prediction_tokens",
    )
)
