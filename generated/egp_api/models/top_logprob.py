from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class TopLogprob(JSONObject[Any]):
    """A token that was likely in a place of the output."""

    token: str
    """The token."""
    logprob: float
    """The natural logarithm of the token's probability; -9999 for very unlikely tokens."""
    bytes: list[int] | None = ABSENT
    """The token's UTF-8 bytes. Null where a token has none."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        if "token" in d:
            known += 1
            self.token = d["token"]
        if "logprob" in d:
            known += 1
            self.logprob = d["logprob"]
        if "bytes" in d:
            known += 1
            self.bytes = d["bytes"]
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "token",
        "logprob",
        "bytes",
    )
)
