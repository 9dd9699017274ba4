from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class CompletionUsage(JSONObject[Any]):
    """What a request used, in tokens."""

    prompt_tokens: int
    """The tokens of the prompt."""
    completion_tokens: int
    """The tokens of the answer, those of its reasoning included."""
    total_tokens: int
    """Both together."""
    completion_tokens_details: CompletionTokensDetails | None = ABSENT
    """The tokens of the answer, by kind."""
    prompt_tokens_details: PromptTokensDetails | None = ABSENT
    """The tokens of the prompt, by kind."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        v: Any
        if "prompt_tokens" in d:
            known += 1
            self.prompt_tokens = d["prompt_tokens"]
        if "completion_tokens" in d:
            known += 1
            self.completion_tokens = d["completion_tokens"]
        if "total_tokens" in d:
            known += 1
            self.total_tokens = d["total_tokens"]
        if "completion_tokens_details" in d:
            known += 1
            v = d["completion_tokens_details"]
            self.completion_tokens_details = (
                CompletionTokensDetails.from_dict(v) if v.__class__ is dict else v
            )
        if "prompt_tokens_details" in d:
            known += 1
            v = d["prompt_tokens_details"]
            self.prompt_tokens_details = PromptTokensDetails.from_dict(v) if v.__class__ is dict else v
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "prompt_tokens",
        "completion_tokens",
        "total_tokens",
        "completion_tokens_details",
        "prompt_tokens_details",
    )
)

from .completion_tokens_details import CompletionTokensDetails
from .prompt_tokens_details import PromptTokensDetails
