from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import ABSENT, JSONObject, create

if TYPE_CHECKING:
    from .chat_model_type import ChatModelType
    from .model_availability import ModelAvailability
    from .model_vendor import ModelVendor


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class ChatModel(JSONObject[Any]):
    """A model that can be asked."""

    model_name: str
    """The name of the model."""
    model_type: ChatModelType
    """What the model does."""
    model_vendor: ModelVendor
    """Who serves the model."""
    model_availability: ModelAvailability | None = ABSENT
    """Whether the model can be asked now."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        if "model_name" in d:
            known += 1
            self.model_name = d["model_name"]
        if "model_type" in d:
            known += 1
            self.model_type = d["model_type"]
        if "model_vendor" in d:
            known += 1
            self.model_vendor = d["model_vendor"]
        if "model_availability" in d:
            known += 1
            self.model_availability = d["model_availability"]
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "model_name",
        "model_type",
        "model_vendor",
        "model_availability",
    )
)
