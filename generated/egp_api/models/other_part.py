from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, create, encode


@define(eq=False, repr=False, kw_only=True)
class OtherPart(JSONObject[Any]):
    """A part of a kind of a vendor's own."""

    type: str
    """The kind of part."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        self.type = d["type"] if "type" in d else ABSENT
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.type) is not UNSET:
            d["type"] = v
        return d


_KNOWN = frozenset(("type",))
