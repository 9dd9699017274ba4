from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONAnswer, Unset, create, encode

if TYPE_CHECKING:
    from .service_tier import ServiceTier


@define(eq=False, repr=False, kw_only=True)
class ChatCompletion(JSONAnswer[Any]):
    """A whole answer."""

    id: str
    """The id of the completion."""
    created: int
    """When it was created, in Unix seconds."""
    model: str
    """The model that answered."""
    choices: list[ChatCompletionChoice]
    """The answers, as many as `n` asked for."""
    object: Literal["chat.completion"] | Unset = UNSET
    """The kind of object."""
    service_tier: ServiceTier | None | Unset = UNSET
    """The service tier that processed the request."""
    system_fingerprint: str | None | Unset = UNSET
    """Stands for the system that answered. See `seed`."""
    usage: CompletionUsage | None | Unset = UNSET
    """What the request used."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        self.response_info = None
        d: Any = src_dict
        v: Any
        self.id = d["id"] if "id" in d else ABSENT
        self.created = d["created"] if "created" in d else ABSENT
        self.model = d["model"] if "model" in d else ABSENT
        v = d["choices"] if "choices" in d else ABSENT
        self.choices = (
            [ChatCompletionChoice.from_dict(i) if i.__class__ is dict else i for i in v]
            if v.__class__ is list
            else v
        )
        self.object = d["object"] if "object" in d else ABSENT
        self.service_tier = d["service_tier"] if "service_tier" in d else ABSENT
        self.system_fingerprint = d["system_fingerprint"] if "system_fingerprint" in d else ABSENT
        v = d["usage"] if "usage" in d else ABSENT
        self.usage = CompletionUsage.from_dict(v) if v.__class__ is dict else v
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.id) is not UNSET:
            d["id"] = v
        if (v := fields.created) is not UNSET:
            d["created"] = v
        if (v := fields.model) is not UNSET:
            d["model"] = v
        if (v := fields.choices) is not UNSET:
            d["choices"] = encode(v)
        if (v := fields.object) is not UNSET:
            d["object"] = v
        if (v := fields.service_tier) is not UNSET:
            d["service_tier"] = v
        if (v := fields.system_fingerprint) is not UNSET:
            d["system_fingerprint"] = v
        if (v := fields.usage) is not UNSET:
            d["usage"] = encode(v)
        return d


_KNOWN = frozenset(
    (
        "id",
        "created",
        "model",
        "choices",
        "object",
        "service_tier",
        "system_fingerprint",
        "usage",
    )
)

from .chat_completion_choice import ChatCompletionChoice
from .completion_usage import CompletionUsage
