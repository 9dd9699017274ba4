from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class InputFile(JSONObject[Any]):
    """A file, either sent along (`file_data` and `filename`) or uploaded before (`file_id`)."""

    file_data: str | None = ABSENT
    """The bytes of the file, in base64; some vendors want a `data:` URL."""
    file_id: str | None = ABSENT
    """The id of a file uploaded before."""
    filename: str | None = ABSENT
    """The name of the file."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        if "file_data" in d:
            known += 1
            self.file_data = d["file_data"]
        if "file_id" in d:
            known += 1
            self.file_id = d["file_id"]
        if "filename" in d:
            known += 1
            self.filename = d["filename"]
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "file_data",
        "file_id",
        "filename",
    )
)
