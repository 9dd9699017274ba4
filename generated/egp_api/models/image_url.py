from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import ABSENT, JSONObject, create

if TYPE_CHECKING:
    from .image_detail import ImageDetail


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class ImageURL(JSONObject[Any]):
    """An image by its address."""

    url: str
    """The address of the image, or the image itself as a `data:` URL."""
    detail: ImageDetail | str | None = ABSENT
    """How closely to look at the image."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        if "url" in d:
            known += 1
            self.url = d["url"]
        if "detail" in d:
            known += 1
            self.detail = d["detail"]
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "url",
        "detail",
    )
)
