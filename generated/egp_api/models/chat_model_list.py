from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONAnswer, Unset, create, encode


@define(eq=False, repr=False, kw_only=True)
class ChatModelList(JSONAnswer[Any]):
    """A page of models."""

    items: list[ChatModel]
    """The models."""
    object: Literal["list"] | Unset = UNSET
    """The kind of object."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        self.response_info = None
        d: Any = src_dict
        v: Any
        v = d["items"] if "items" in d else ABSENT
        self.items = (
            [ChatModel.from_dict(i) if i.__class__ is dict else i for i in v] if v.__class__ is list else v
        )
        self.object = d["object"] if "object" in d else ABSENT
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.items) is not UNSET:
            d["items"] = encode(v)
        if (v := fields.object) is not UNSET:
            d["object"] = v
        return d


_KNOWN = frozenset(
    (
        "items",
        "object",
    )
)

from .chat_model import ChatModel
