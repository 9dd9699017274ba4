from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, Unset, create, encode


@define(eq=False, repr=False, kw_only=True)
class ErrorDetail(JSONObject[Any]):
    """What went wrong."""

    message: str | Unset = UNSET
    """In words."""
    type: str | None | Unset = UNSET
    """The kind of error, for programs."""
    code: str | int | None | Unset = UNSET
    """The very error, for programs."""
    param: str | None | Unset = UNSET
    """The request field at fault."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        self.message = d["message"] if "message" in d else ABSENT
        self.type = d["type"] if "type" in d else ABSENT
        self.code = d["code"] if "code" in d else ABSENT
        self.param = d["param"] if "param" in d else ABSENT
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.message) is not UNSET:
            d["message"] = v
        if (v := fields.type) is not UNSET:
            d["type"] = v
        if (v := fields.code) is not UNSET:
            d["code"] = v
        if (v := fields.param) is not UNSET:
            d["param"] = v
        return d


_KNOWN = frozenset(
    (
        "message",
        "type",
        "code",
        "param",
    )
)
