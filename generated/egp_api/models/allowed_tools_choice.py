from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define

from ..types import JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class AllowedToolsChoice(JSONObject[Any]):
    """The model may call only some of the tools."""

    type: Literal["allowed_tools"] = "allowed_tools"
    """The kind of choice."""
    allowed_tools: AllowedTools
    """The tools to choose from."""

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
        if "allowed_tools" in d:
            known += 1
            v = d["allowed_tools"]
            self.allowed_tools = AllowedTools.from_dict(v) if v.__class__ is dict else v
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "type",
        "allowed_tools",
    )
)

from .allowed_tools import AllowedTools
