from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class StreamOptions(JSONObject[Any]):
    """What a stream should contain."""

    include_usage: bool | None = ABSENT
    """Whether to end with one more chunk that has `usage` and no choices."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        if "include_usage" in d:
            known += 1
            self.include_usage = d["include_usage"]
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(("include_usage",))
