from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
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
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        if "start_index" in d:
            known += 1
            self.start_index = d["start_index"]
        if "end_index" in d:
            known += 1
            self.end_index = d["end_index"]
        if "title" in d:
            known += 1
            self.title = d["title"]
        if "url" in d:
            known += 1
            self.url = d["url"]
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "start_index",
        "end_index",
        "title",
        "url",
    )
)
