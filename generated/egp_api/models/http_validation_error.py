from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import UNSET, JSONObject, Unset, encode


@define(eq=False, repr=False, kw_only=True)
class HTTPValidationError(JSONObject[Any]):
    """What is wrong with a request."""

    detail: list[ValidationError] | Unset = UNSET
    """The faults, one by one."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self = cls.__new__(cls)
        v: Any
        get: Any = src_dict.get
        v = get("detail", UNSET)
        self.detail = (
            [ValidationError.from_dict(i) if i.__class__ is dict else i for i in v]
            if v.__class__ is list
            else v
        )
        self._extras = (
            None if src_dict.keys() <= _KNOWN else {k: v for k, v in src_dict.items() if k not in _KNOWN}
        )
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
