from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, Unset, create, encode


@define(eq=False, repr=False, kw_only=True)
class CustomToolDefinition(JSONObject[Any]):
    """A tool that the model may call with free text."""

    name: str
    """The name to call it by."""
    description: str | Unset = UNSET
    """What it does and when to call it, for the model to read."""
    format: TextToolFormat | GrammarToolFormat | OtherToolFormat | Unset = UNSET
    """The form of the text. Absent, any text."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        v: Any
        self.name = d["name"] if "name" in d else ABSENT
        self.description = d["description"] if "description" in d else ABSENT
        v = d["format"] if "format" in d else ABSENT
        self.format = (
            TextToolFormat.from_dict(v)
            if (t0 := v.get("type", UNSET) if v.__class__ is dict else None) == "text"
            else GrammarToolFormat.from_dict(v)
            if t0 == "grammar"
            else GrammarToolFormat.from_dict(v)
            if t0 is UNSET and "grammar" in v
            else OtherToolFormat.from_dict(v)
            if v.__class__ is dict
            else v
        )
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.name) is not UNSET:
            d["name"] = v
        if (v := fields.description) is not UNSET:
            d["description"] = v
        if (v := fields.format) is not UNSET:
            d["format"] = encode(v)
        return d


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
