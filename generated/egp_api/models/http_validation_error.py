from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class HTTPValidationError(JSONObject[Any]):
    """What is wrong with a request."""

    detail: list[ValidationError] | None = ABSENT
    """The faults, one by one."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        v: Any
        if "detail" in d:
            known += 1
            v = d["detail"]
            self.detail = (
                [ValidationError.from_dict(i) if i.__class__ is dict else i for i in v]
                if v.__class__ is list
                else v
            )
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(("detail",))

from .validation_error import ValidationError
