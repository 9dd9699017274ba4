from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define

from ..types import JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class Annotation(JSONObject[Any]):
    """A note on the text of a message."""

    type: Literal["url_citation"] = "url_citation"
    """The kind of note."""
    url_citation: URLCitation
    """The source cited."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        v: Any
        if "type" in d:
            known += 1
            self.type = d["type"]
        if "url_citation" in d:
            known += 1
            v = d["url_citation"]
            self.url_citation = URLCitation.from_dict(v) if v.__class__ is dict else v
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "type",
        "url_citation",
    )
)

from .url_citation import URLCitation
