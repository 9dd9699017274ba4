from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define

from ..types import UNSET, JSONObject, encode


@define(eq=False, repr=False, kw_only=True)
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
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self = cls.__new__(cls)
        v: Any
        get: Any = src_dict.get
        self.role = get("role", UNSET)
        self.name = get("name", UNSET)
        self.content = get("content", UNSET)
        self._extras = (
            None if src_dict.keys() <= _KNOWN else {k: v for k, v in src_dict.items() if k not in _KNOWN}
        )
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.role) is not UNSET:
            d["role"] = v
        if (v := fields.name) is not UNSET:
            d["name"] = v
        if (v := fields.content) is not UNSET:
            d["content"] = v
        return d


_KNOWN = frozenset(
    (
        "role",
        "name",
        "content",
    )
)
