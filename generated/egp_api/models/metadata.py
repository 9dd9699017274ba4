from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class Metadata(JSONObject[str]):
    """Labels, name to value."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        self._extras = {k: v for k, v in src_dict.items()}
        return self
