from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, create, encode


@define(eq=False, repr=False, kw_only=True)
class URLCitation(JSONObject[Any]):
    """A web page that a part of the text is taken from."""

    start_index: int
    """Where the cited part begins in the text, in characters."""
    end_index: int
    """Where the cited part ends in the text, in characters."""
    title: str
    """The title of the page."""
    url: str
    """The address of the page."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        self.start_index = d["start_index"] if "start_index" in d else ABSENT
        self.end_index = d["end_index"] if "end_index" in d else ABSENT
        self.title = d["title"] if "title" in d else ABSENT
        self.url = d["url"] if "url" in d else ABSENT
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.start_index) is not UNSET:
            d["start_index"] = v
        if (v := fields.end_index) is not UNSET:
            d["end_index"] = v
        if (v := fields.title) is not UNSET:
            d["title"] = v
        if (v := fields.url) is not UNSET:
            d["url"] = v
        return d


_KNOWN = frozenset(
    (
        "start_index",
        "end_index",
        "title",
        "url",
    )
)
