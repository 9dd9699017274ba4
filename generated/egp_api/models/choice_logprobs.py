from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, Unset, create, encode


@define(eq=False, repr=False, kw_only=True)
class ChoiceLogprobs(JSONObject[Any]):
    """Log probabilities of the tokens of one choice."""

    content: list[TokenLogprob] | None | Unset = UNSET
    """Those of the tokens of the text."""
    refusal: list[TokenLogprob] | None | Unset = UNSET
    """Those of the tokens of the refusal."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        v: Any
        v = d["content"] if "content" in d else ABSENT
        self.content = (
            [TokenLogprob.from_dict(i) if i.__class__ is dict else i for i in v] if v.__class__ is list else v
        )
        v = d["refusal"] if "refusal" in d else ABSENT
        self.refusal = (
            [TokenLogprob.from_dict(i) if i.__class__ is dict else i for i in v] if v.__class__ is list else v
        )
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.content) is not UNSET:
            d["content"] = encode(v)
        if (v := fields.refusal) is not UNSET:
            d["refusal"] = encode(v)
        return d


_KNOWN = frozenset(
    (
        "content",
        "refusal",
    )
)

from .token_logprob import TokenLogprob
