from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, create, encode


@define(eq=False, repr=False, kw_only=True)
class CustomToolCall(JSONObject[Any]):
    """A call of a custom tool."""

    id: str
    """The id of the call, for the tool message that answers it."""
    type: Literal["custom"] = "custom"
    """The kind of tool called."""
    custom: CustomCall
    """The tool, and its input."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        v: Any
        self.id = d["id"] if "id" in d else ABSENT
        self.type = d["type"] if "type" in d else ABSENT
        v = d["custom"] if "custom" in d else ABSENT
        self.custom = CustomCall.from_dict(v) if v.__class__ is dict else v
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.id) is not UNSET:
            d["id"] = v
        if (v := fields.type) is not UNSET:
            d["type"] = v
        if (v := fields.custom) is not UNSET:
            d["custom"] = encode(v)
        return d


_KNOWN = frozenset(
    (
        "id",
        "type",
        "custom",
    )
)

from .custom_call import CustomCall
