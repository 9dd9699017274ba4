from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class ErrorBody(JSONObject[Any]):
    """Why a request failed.

    The words are in `error`, `detail` or `message`, depending on which part of the service, or which
    vendor, answers.
    """

    detail: str | None = ABSENT
    """What went wrong, in words."""
    error: ErrorDetail | None = ABSENT
    """What went wrong."""
    message: str | None = ABSENT
    """What went wrong, in words."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        v: Any
        if "detail" in d:
            known += 1
            self.detail = d["detail"]
        if "error" in d:
            known += 1
            v = d["error"]
            self.error = ErrorDetail.from_dict(v) if v.__class__ is dict else v
        if "message" in d:
            known += 1
            self.message = d["message"]
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "detail",
        "error",
        "message",
    )
)

from .error_detail import ErrorDetail
