from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class PromptTokensDetails(JSONObject[Any]):
    """The tokens of a prompt, by kind."""

    audio_tokens: int | None = ABSENT
    """Those of speech."""
    cached_tokens: int | None = ABSENT
    """Those that were found in the vendor's cache."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        if "audio_tokens" in d:
            known += 1
            self.audio_tokens = d["audio_tokens"]
        if "cached_tokens" in d:
            known += 1
            self.cached_tokens = d["cached_tokens"]
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "audio_tokens",
        "cached_tokens",
    )
)
