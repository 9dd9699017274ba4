from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define

from ..types import ABSENT, JSONAnswer, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class ChatModelList(JSONAnswer[Any]):
    """A page of models."""

    items: list[ChatModel]
    """The models."""
    object: Literal["list"] | None = ABSENT
    """The kind of object."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        self.response_info = None
        d: Any = src_dict
        known = 0
        v: Any
        if "items" in d:
            known += 1
            v = d["items"]
            self.items = (
                [ChatModel.from_dict(i) if i.__class__ is dict else i for i in v]
                if v.__class__ is list
                else v
            )
        if "object" in d:
            known += 1
            self.object = d["object"]
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "items",
        "object",
    )
)

from .chat_model import ChatModel
