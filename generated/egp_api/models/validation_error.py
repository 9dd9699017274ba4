from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
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
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        if "loc" in d:
            known += 1
            self.loc = d["loc"]
        if "msg" in d:
            known += 1
            self.msg = d["msg"]
        if "type" in d:
            known += 1
            self.type = d["type"]
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "loc",
        "msg",
        "type",
    )
)
