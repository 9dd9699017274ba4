from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, Unset, create, encode


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
        self: Self = create(cls)
        d: Any = src_dict
        self.file_data = d["file_data"] if "file_data" in d else ABSENT
        self.file_id = d["file_id"] if "file_id" in d else ABSENT
        self.filename = d["filename"] if "filename" in d else ABSENT
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
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
