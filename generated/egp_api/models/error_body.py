from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, Unset, create, encode


@define(eq=False, repr=False, kw_only=True)
class ErrorBody(JSONObject[Any]):
    """Why a request failed. The words are in `error`, `detail` or `message`, depending on which part of the
    service, or which vendor, answers.
    """

    detail: str | Unset = UNSET
    """What went wrong, in words."""
    error: ErrorDetail | Unset = UNSET
    """What went wrong."""
    message: str | Unset = UNSET
    """What went wrong, in words."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        v: Any
        self.detail = d["detail"] if "detail" in d else ABSENT
        v = d["error"] if "error" in d else ABSENT
        self.error = ErrorDetail.from_dict(v) if v.__class__ is dict else v
        self.message = d["message"] if "message" in d else ABSENT
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.detail) is not UNSET:
            d["detail"] = v
        if (v := fields.error) is not UNSET:
            d["error"] = encode(v)
        if (v := fields.message) is not UNSET:
            d["message"] = v
        return d


_KNOWN = frozenset(
    (
        "detail",
        "error",
        "message",
    )
)

from .error_detail import ErrorDetail
