from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import UNSET, JSONObject, Unset, encode

if TYPE_CHECKING:
    from .image_detail_type_0 import ImageDetailType0


@define(eq=False, repr=False, kw_only=True)
class ImageURL(JSONObject[Any]):
    """An image by its address."""

    url: str
    """The address of the image, or the image itself as a `data:` URL."""
    detail: ImageDetailType0 | str | Unset = UNSET
    """How closely to look at the image."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self = cls.__new__(cls)
        v: Any
        get: Any = src_dict.get
        self.url = get("url", UNSET)
        self.detail = get("detail", UNSET)
        self._extras = (
            None if src_dict.keys() <= _KNOWN else {k: v for k, v in src_dict.items() if k not in _KNOWN}
        )
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
