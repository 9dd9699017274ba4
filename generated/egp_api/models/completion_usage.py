from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, Unset, create, encode


@define(eq=False, repr=False, kw_only=True)
class CompletionUsage(JSONObject[Any]):
    """What a request used, in tokens."""

    prompt_tokens: int
    """The tokens of the prompt."""
    completion_tokens: int
    """The tokens of the answer, those of its reasoning included."""
    total_tokens: int
    """Both together."""
    completion_tokens_details: CompletionTokensDetails | None | Unset = UNSET
    """The tokens of the answer, by kind."""
    prompt_tokens_details: PromptTokensDetails | None | Unset = UNSET
    """The tokens of the prompt, by kind."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        v: Any
        self.prompt_tokens = d["prompt_tokens"] if "prompt_tokens" in d else ABSENT
        self.completion_tokens = d["completion_tokens"] if "completion_tokens" in d else ABSENT
        self.total_tokens = d["total_tokens"] if "total_tokens" in d else ABSENT
        v = d["completion_tokens_details"] if "completion_tokens_details" in d else ABSENT
        self.completion_tokens_details = CompletionTokensDetails.from_dict(v) if v.__class__ is dict else v
        v = d["prompt_tokens_details"] if "prompt_tokens_details" in d else ABSENT
        self.prompt_tokens_details = PromptTokensDetails.from_dict(v) if v.__class__ is dict else v
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.prompt_tokens) is not UNSET:
            d["prompt_tokens"] = v
        if (v := fields.completion_tokens) is not UNSET:
            d["completion_tokens"] = v
        if (v := fields.total_tokens) is not UNSET:
            d["total_tokens"] = v
        if (v := fields.completion_tokens_details) is not UNSET:
            d["completion_tokens_details"] = encode(v)
        if (v := fields.prompt_tokens_details) is not UNSET:
            d["prompt_tokens_details"] = encode(v)
        return d


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
