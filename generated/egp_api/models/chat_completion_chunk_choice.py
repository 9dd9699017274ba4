from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import ABSENT, JSONObject, create

if TYPE_CHECKING:
    from .finish_reason import FinishReason


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class ChatCompletionChunkChoice(JSONObject[Any]):
    """What is new for one choice."""

    index: int
    """The place of this choice among the choices, from 0."""
    delta: ChatCompletionDelta
    """What to add to the message."""
    finish_reason: FinishReason | None = ABSENT
    """Why the model stopped. Null or absent until it has."""
    logprobs: ChoiceLogprobs | None = ABSENT
    """The log probabilities of the new tokens, where `logprobs` asked for them."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        v: Any
        if "index" in d:
            known += 1
            self.index = d["index"]
        if "delta" in d:
            known += 1
            v = d["delta"]
            self.delta = ChatCompletionDelta.from_dict(v) if v.__class__ is dict else v
        if "finish_reason" in d:
            known += 1
            self.finish_reason = d["finish_reason"]
        if "logprobs" in d:
            known += 1
            v = d["logprobs"]
            self.logprobs = ChoiceLogprobs.from_dict(v) if v.__class__ is dict else v
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "index",
        "delta",
        "finish_reason",
        "logprobs",
    )
)

from .chat_completion_delta import ChatCompletionDelta
from .choice_logprobs import ChoiceLogprobs
