from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, Unset, create, encode


@define(eq=False, repr=False, kw_only=True)
class StreamOptions(JSONObject[Any]):
    """What a stream should contain."""

    include_usage: bool | Unset = UNSET
    """Whether to end with one more chunk that has `usage` and no choices."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        self.include_usage = d["include_usage"] if "include_usage" in d else ABSENT
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.include_usage) is not UNSET:
            d["include_usage"] = v
        return d


_KNOWN = frozenset(("include_usage",))
