from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class ChoiceLogprobs(JSONObject[Any]):
    """Log probabilities of the tokens of one choice."""

    content: list[TokenLogprob] | None = ABSENT
    """Those of the tokens of the text."""
    refusal: list[TokenLogprob] | None = ABSENT
    """Those of the tokens of the refusal."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        v: Any
        if "content" in d:
            known += 1
            v = d["content"]
            self.content = (
                [TokenLogprob.from_dict(i) if i.__class__ is dict else i for i in v]
                if v.__class__ is list
                else v
            )
        if "refusal" in d:
            known += 1
            v = d["refusal"]
            self.refusal = (
                [TokenLogprob.from_dict(i) if i.__class__ is dict else i for i in v]
                if v.__class__ is list
                else v
            )
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "content",
        "refusal",
    )
)

from .token_logprob import TokenLogprob
