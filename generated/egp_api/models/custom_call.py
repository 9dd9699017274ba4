from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class CustomCall(JSONObject[Any]):
    """A custom tool to call, with its input."""

    name: str
    """The name of the tool."""
    input: str
    """The text for the tool, as the model wrote it."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        if "name" in d:
            known += 1
            self.name = d["name"]
        if "input" in d:
            known += 1
            self.input = d["input"]
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "name",
        "input",
    )
)
