from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import UNSET, JSONObject, encode


@define(eq=False, repr=False, kw_only=True)
class ValidationError(JSONObject[Any]):
    """One fault of a request."""

    loc: list[str | int]
    """The way to the place of the fault, such as `["body", "messages", 0, "role"]`."""
    msg: str
    """What is wrong, in words."""
    type: str
    """What is wrong, for programs."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self = cls.__new__(cls)
        v: Any
        get: Any = src_dict.get
        self.loc = get("loc", UNSET)
        self.msg = get("msg", UNSET)
        self.type = get("type", UNSET)
        self._extras = (
            None if src_dict.keys() <= _KNOWN else {k: v for k, v in src_dict.items() if k not in _KNOWN}
        )
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.loc) is not UNSET:
            d["loc"] = encode(v)
        if (v := fields.msg) is not UNSET:
            d["msg"] = v
        if (v := fields.type) is not UNSET:
            d["type"] = v
        return d


_KNOWN = frozenset(
    (
        "loc",
        "msg",
        "type",
    )
)
