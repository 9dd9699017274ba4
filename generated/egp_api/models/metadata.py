from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import JSONObject, create, encode


@define(eq=False, repr=False, kw_only=True)
class Metadata(JSONObject[str]):
    """Labels, name to value."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        self._extras = {k: v for k, v in src_dict.items()}
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        return d
