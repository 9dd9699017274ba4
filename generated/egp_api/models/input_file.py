from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import UNSET, JSONObject, Unset, encode


@define(eq=False, repr=False, kw_only=True)
class InputFile(JSONObject[Any]):
    """A file, either sent along (`file_data` and `filename`) or uploaded before (`file_id`)."""

    file_data: str | Unset = UNSET
    """The bytes of the file, in base64; some vendors want a `data:` URL."""
    file_id: str | Unset = UNSET
    """The id of a file uploaded before."""
    filename: str | Unset = UNSET
    """The name of the file."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self = cls.__new__(cls)
        v: Any
        get: Any = src_dict.get
        self.file_data = get("file_data", UNSET)
        self.file_id = get("file_id", UNSET)
        self.filename = get("filename", UNSET)
        self._extras = (
            None if src_dict.keys() <= _KNOWN else {k: v for k, v in src_dict.items() if k not in _KNOWN}
        )
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.file_data) is not UNSET:
            d["file_data"] = v
        if (v := fields.file_id) is not UNSET:
            d["file_id"] = v
        if (v := fields.filename) is not UNSET:
            d["filename"] = v
        return d


_KNOWN = frozenset(
    (
        "file_data",
        "file_id",
        "filename",
    )
)
