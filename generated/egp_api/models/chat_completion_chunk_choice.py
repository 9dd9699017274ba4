from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, Unset, create, encode

if TYPE_CHECKING:
    from .finish_reason import FinishReason


@define(eq=False, repr=False, kw_only=True)
class ChatCompletionChunkChoice(JSONObject[Any]):
    """What is new for one choice."""

    index: int
    """The place of this choice among the choices, from 0."""
    delta: ChatCompletionDelta
    """What to add to the message."""
    finish_reason: FinishReason | None | Unset = UNSET
    """Why the model stopped. Null or absent until it has."""
    logprobs: ChoiceLogprobs | None | Unset = UNSET
    """The log probabilities of the new tokens, where `logprobs` asked for them."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        v: Any
        self.index = d["index"] if "index" in d else ABSENT
        v = d["delta"] if "delta" in d else ABSENT
        self.delta = ChatCompletionDelta.from_dict(v) if v.__class__ is dict else v
        self.finish_reason = d["finish_reason"] if "finish_reason" in d else ABSENT
        v = d["logprobs"] if "logprobs" in d else ABSENT
        self.logprobs = ChoiceLogprobs.from_dict(v) if v.__class__ is dict else v
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.index) is not UNSET:
            d["index"] = v
        if (v := fields.delta) is not UNSET:
            d["delta"] = encode(v)
        if (v := fields.finish_reason) is not UNSET:
            d["finish_reason"] = v
        if (v := fields.logprobs) is not UNSET:
            d["logprobs"] = encode(v)
        return d


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
