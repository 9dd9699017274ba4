from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import UNSET, JSONObject, Unset, encode


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
        self = cls.__new__(cls)
        v: Any
        get: Any = src_dict.get
        self.prompt_tokens = get("prompt_tokens", UNSET)
        self.completion_tokens = get("completion_tokens", UNSET)
        self.total_tokens = get("total_tokens", UNSET)
        v = get("completion_tokens_details", UNSET)
        self.completion_tokens_details = CompletionTokensDetails.from_dict(v) if v.__class__ is dict else v
        v = get("prompt_tokens_details", UNSET)
        self.prompt_tokens_details = PromptTokensDetails.from_dict(v) if v.__class__ is dict else v
        self._extras = (
            None if src_dict.keys() <= _KNOWN else {k: v for k, v in src_dict.items() if k not in _KNOWN}
        )
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
