from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define

from ..types import JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class FunctionMessage(JSONObject[Any]):
    """The result of a function call. Superseded by tool messages."""

    role: Literal["function"] = "function"
    """Who speaks."""
    name: str
    """The function that was called."""
    content: str | None
    """What the function gave back."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        if "role" in d:
            known += 1
            self.role = d["role"]
        if "name" in d:
            known += 1
            self.name = d["name"]
        if "content" in d:
            known += 1
            self.content = d["content"]
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "role",
        "name",
        "content",
    )
)
