from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class ErrorDetail(JSONObject[Any]):
    """What went wrong."""

    message: str | None = ABSENT
    """In words."""
    type: str | None = ABSENT
    """The kind of error, for programs."""
    code: str | int | None = ABSENT
    """The very error, for programs."""
    param: str | None = ABSENT
    """The request field at fault."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        if "message" in d:
            known += 1
            self.message = d["message"]
        if "type" in d:
            known += 1
            self.type = d["type"]
        if "code" in d:
            known += 1
            self.code = d["code"]
        if "param" in d:
            known += 1
            self.param = d["param"]
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "message",
        "type",
        "code",
        "param",
    )
)
