from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define

from ..types import UNSET, JSONObject, encode


@define(eq=False, repr=False, kw_only=True)
class TextResponseFormat(JSONObject[Any]):
    """Free text."""

    type: Literal["text"] = "text"
    """The kind of format."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self = cls.__new__(cls)
        v: Any
        get: Any = src_dict.get
        self.type = get("type", UNSET)
        self._extras = (
            None if src_dict.keys() <= _KNOWN else {k: v for k, v in src_dict.items() if k not in _KNOWN}
        )
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.type) is not UNSET:
            d["type"] = v
        return d


_KNOWN = frozenset(("type",))
