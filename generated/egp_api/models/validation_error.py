from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, create, encode


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
        self: Self = create(cls)
        d: Any = src_dict
        self.loc = d["loc"] if "loc" in d else ABSENT
        self.msg = d["msg"] if "msg" in d else ABSENT
        self.type = d["type"] if "type" in d else ABSENT
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.loc) is not UNSET:
            d["loc"] = v
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
