from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, Unset, create, encode

if TYPE_CHECKING:
    from .image_detail import ImageDetail


@define(eq=False, repr=False, kw_only=True)
class ImageURL(JSONObject[Any]):
    """An image by its address."""

    url: str
    """The address of the image, or the image itself as a `data:` URL."""
    detail: ImageDetail | str | Unset = UNSET
    """How closely to look at the image."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        self.url = d["url"] if "url" in d else ABSENT
        self.detail = d["detail"] if "detail" in d else ABSENT
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.url) is not UNSET:
            d["url"] = v
        if (v := fields.detail) is not UNSET:
            d["detail"] = v
        return d


_KNOWN = frozenset(
    (
        "url",
        "detail",
    )
)
