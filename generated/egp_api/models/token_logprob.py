from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import UNSET, JSONObject, Unset, encode


@define(eq=False, repr=False, kw_only=True)
class TokenLogprob(JSONObject[Any]):
    """A token of the output, with the tokens that were likeliest in its place."""

    token: str
    """The token."""
    logprob: float
    """The natural logarithm of the token's probability; -9999 for very unlikely tokens."""
    top_logprobs: list[TopLogprob]
    """The likeliest tokens in this place, as many as `top_logprobs` asked for."""
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
        v = get("top_logprobs", UNSET)
        self.top_logprobs = (
            [TopLogprob.from_dict(i) if i.__class__ is dict else i for i in v] if v.__class__ is list else v
        )
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
        if (v := fields.top_logprobs) is not UNSET:
            d["top_logprobs"] = encode(v)
        if (v := fields.bytes_) is not UNSET:
            d["bytes"] = encode(v)
        return d


_KNOWN = frozenset(
    (
        "token",
        "logprob",
        "top_logprobs",
        "bytes",
    )
)

from .top_logprob import TopLogprob
