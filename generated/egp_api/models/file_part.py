from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define

from ..types import JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class FilePart(JSONObject[Any]):
    """A file for the model to read."""

    type: Literal["file"] = "file"
    """The kind of part."""
    file: InputFile
    """The file, sent along or uploaded before."""

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
        if "file" in d:
            known += 1
            v = d["file"]
            self.file = InputFile.from_dict(v) if v.__class__ is dict else v
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "type",
        "file",
    )
)

from .input_file import InputFile
