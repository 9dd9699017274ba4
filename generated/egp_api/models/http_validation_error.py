from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, Unset, create, encode


@define(eq=False, repr=False, kw_only=True)
class HTTPValidationError(JSONObject[Any]):
    """What is wrong with a request."""

    detail: list[ValidationError] | Unset = UNSET
    """The faults, one by one."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        v: Any
        v = d["detail"] if "detail" in d else ABSENT
        self.detail = (
            [ValidationError.from_dict(i) if i.__class__ is dict else i for i in v]
            if v.__class__ is list
            else v
        )
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.detail) is not UNSET:
            d["detail"] = encode(v)
        return d


_KNOWN = frozenset(("detail",))

from .validation_error import ValidationError
