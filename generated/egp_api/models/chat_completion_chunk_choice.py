from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import UNSET, JSONObject, Unset, encode

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
        self = cls.__new__(cls)
        v: Any
        get: Any = src_dict.get
        self.index = get("index", UNSET)
        v = get("delta", UNSET)
        self.delta = ChatCompletionDelta.from_dict(v) if v.__class__ is dict else v
        self.finish_reason = get("finish_reason", UNSET)
        v = get("logprobs", UNSET)
        self.logprobs = ChoiceLogprobs.from_dict(v) if v.__class__ is dict else v
        self._extras = (
            None if src_dict.keys() <= _KNOWN else {k: v for k, v in src_dict.items() if k not in _KNOWN}
        )
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
