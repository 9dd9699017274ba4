from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import UNSET, JSONObject, Unset, encode

if TYPE_CHECKING:
    from .chat_model_type import ChatModelType
    from .model_availability import ModelAvailability
    from .model_vendor import ModelVendor


@define(eq=False, repr=False, kw_only=True)
class ChatModel(JSONObject[Any]):
    """A model that can be asked."""

    model_name: str
    """The name of the model."""
    model_type: ChatModelType
    """What the model does."""
    model_vendor: ModelVendor
    """Who serves the model."""
    model_availability: ModelAvailability | Unset = UNSET
    """Whether the model can be asked now."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self = cls.__new__(cls)
        v: Any
        get: Any = src_dict.get
        self.model_name = get("model_name", UNSET)
        self.model_type = get("model_type", UNSET)
        self.model_vendor = get("model_vendor", UNSET)
        self.model_availability = get("model_availability", UNSET)
        self._extras = (
            None if src_dict.keys() <= _KNOWN else {k: v for k, v in src_dict.items() if k not in _KNOWN}
        )
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.model_name) is not UNSET:
            d["model_name"] = v
        if (v := fields.model_type) is not UNSET:
            d["model_type"] = v
        if (v := fields.model_vendor) is not UNSET:
            d["model_vendor"] = v
        if (v := fields.model_availability) is not UNSET:
            d["model_availability"] = v
        return d


_KNOWN = frozenset(
    (
        "model_name",
        "model_type",
        "model_vendor",
        "model_availability",
    )
)
