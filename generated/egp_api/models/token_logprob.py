from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, Unset, create, encode


@define(eq=False, repr=False, kw_only=True)
class TokenLogprob(JSONObject[Any]):
    """A token of the output, with the tokens that were likeliest in its place."""

    token: str
    """The token."""
    logprob: float
    """The natural logarithm of the token's probability; -9999 for very unlikely tokens."""
    top_logprobs: list[TopLogprob]
    """The likeliest tokens in this place, as many as `top_logprobs` asked for."""
    bytes: list[int] | None | Unset = UNSET
    """The token's UTF-8 bytes. Null where a token has none."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        v: Any
        self.token = d["token"] if "token" in d else ABSENT
        self.logprob = d["logprob"] if "logprob" in d else ABSENT
        v = d["top_logprobs"] if "top_logprobs" in d else ABSENT
        self.top_logprobs = (
            [TopLogprob.from_dict(i) if i.__class__ is dict else i for i in v] if v.__class__ is list else v
        )
        self.bytes = d["bytes"] if "bytes" in d else ABSENT
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
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
        if (v := fields.bytes) is not UNSET:
            d["bytes"] = v
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
