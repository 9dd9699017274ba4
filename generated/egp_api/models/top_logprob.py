from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import UNSET, JSONObject, Unset, encode


@define(eq=False, repr=False, kw_only=True)
class TopLogprob(JSONObject[Any]):
    """A token that was likely in a place of the output."""

    token: str
    """The token."""
    logprob: float
    """The natural logarithm of the token's probability; -9999 for very unlikely tokens."""
    bytes_: list[int] | None | Unset = UNSET
    """The token's UTF-8 bytes. Null where a token has none."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self = cls.__new__(cls)
        v: Any
        get: Any = src_dict.get
        self.token = get("token", UNSET)
        self.logprob = get("logprob", UNSET)
        self.bytes_ = get("bytes", UNSET)
        self._extras = (
            None if src_dict.keys() <= _KNOWN else {k: v for k, v in src_dict.items() if k not in _KNOWN}
        )
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.token) is not UNSET:
            d["token"] = v
        if (v := fields.logprob) is not UNSET:
            d["logprob"] = v
        if (v := fields.bytes_) is not UNSET:
            d["bytes"] = encode(v)
        return d


_KNOWN = frozenset(
    (
        "token",
        "logprob",
        "bytes",
    )
)
