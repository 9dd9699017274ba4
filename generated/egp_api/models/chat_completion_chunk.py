from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from attrs import define

from ..types import ABSENT, JSONObject, create

if TYPE_CHECKING:
    from .service_tier import ServiceTier


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class ChatCompletionChunk(JSONObject[Any]):
    """One piece of a streamed answer."""

    id: str
    """The id of the completion, the same in all its chunks."""
    created: int
    """When the completion was created, in Unix seconds; the same in all its chunks."""
    model: str
    """The model that answers."""
    choices: list[ChatCompletionChunkChoice]
    """What is new for each choice. Empty in the chunk that has the usage."""
    object: Literal["chat.completion.chunk"] | None = ABSENT
    """The kind of object."""
    service_tier: ServiceTier | None = ABSENT
    """The service tier that processes the request."""
    system_fingerprint: str | None = ABSENT
    """Stands for the system that answers. See `seed`."""
    usage: CompletionUsage | None = ABSENT
    """What the whole request used. In the last chunk, where `stream_options` asks for it."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        v: Any
        if "id" in d:
            known += 1
            self.id = d["id"]
        if "created" in d:
            known += 1
            self.created = d["created"]
        if "model" in d:
            known += 1
            self.model = d["model"]
        if "choices" in d:
            known += 1
            v = d["choices"]
            self.choices = (
                [ChatCompletionChunkChoice.from_dict(i) if i.__class__ is dict else i for i in v]
                if v.__class__ is list
                else v
            )
        if "object" in d:
            known += 1
            self.object = d["object"]
        if "service_tier" in d:
            known += 1
            self.service_tier = d["service_tier"]
        if "system_fingerprint" in d:
            known += 1
            self.system_fingerprint = d["system_fingerprint"]
        if "usage" in d:
            known += 1
            v = d["usage"]
            self.usage = CompletionUsage.from_dict(v) if v.__class__ is dict else v
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


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

from .chat_completion_chunk_choice import ChatCompletionChunkChoice
from .completion_usage import CompletionUsage
