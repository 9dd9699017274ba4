from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, Unset, create, encode

if TYPE_CHECKING:
    from .finish_reason import FinishReason


@define(eq=False, repr=False, kw_only=True)
class ChatCompletionChoice(JSONObject[Any]):
    """One answer."""

    index: int
    """The place of this choice among the choices, from 0."""
    finish_reason: FinishReason
    """Why the model stopped."""
    message: ChatCompletionMessage
    """What the model said."""
    logprobs: ChoiceLogprobs | None | Unset = UNSET
    """The log probabilities, where `logprobs` asked for them."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        v: Any
        self.index = d["index"] if "index" in d else ABSENT
        self.finish_reason = d["finish_reason"] if "finish_reason" in d else ABSENT
        v = d["message"] if "message" in d else ABSENT
        self.message = ChatCompletionMessage.from_dict(v) if v.__class__ is dict else v
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
        if (v := fields.finish_reason) is not UNSET:
            d["finish_reason"] = v
        if (v := fields.message) is not UNSET:
            d["message"] = encode(v)
        if (v := fields.logprobs) is not UNSET:
            d["logprobs"] = encode(v)
        return d


_KNOWN = frozenset(
    (
        "index",
        "finish_reason",
        "message",
        "logprobs",
    )
)

from .chat_completion_message import ChatCompletionMessage
from .choice_logprobs import ChoiceLogprobs
