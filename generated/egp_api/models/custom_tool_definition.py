from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, create


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class CustomToolDefinition(JSONObject[Any]):
    """A tool that the model may call with free text."""

    name: str
    """The name to call it by."""
    description: str | None = ABSENT
    """What it does and when to call it, for the model to read."""
    format: TextToolFormat | GrammarToolFormat | OtherToolFormat | None = ABSENT
    """The form of the text. Absent, any text."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        v: Any
        if "name" in d:
            known += 1
            self.name = d["name"]
        if "description" in d:
            known += 1
            self.description = d["description"]
        if "format" in d:
            known += 1
            v = d["format"]
            self.format = (
                TextToolFormat.from_dict(v)
                if (t0 := v.get("type") if v.__class__ is dict else UNSET) == "text"
                else GrammarToolFormat.from_dict(v)
                if t0 == "grammar"
                else GrammarToolFormat.from_dict(v)
                if t0 is None and "grammar" in v
                else OtherToolFormat.from_dict(v)
                if t0 is not UNSET
                else v
            )
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "name",
        "description",
        "format",
    )
)

from .grammar_tool_format import GrammarToolFormat
from .other_tool_format import OtherToolFormat
from .text_tool_format import TextToolFormat
