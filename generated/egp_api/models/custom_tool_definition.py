from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from ..types import UNSET, JSONObject, Unset, encode


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
        self = cls.__new__(cls)
        v: Any
        get: Any = src_dict.get
        self.name = get("name", UNSET)
        self.description = get("description", UNSET)
        v = get("format", UNSET)
        self.format = (
            (
                TextToolFormat.from_dict(v)
                if (t0 := v.get("type", UNSET)) == "text"
                else GrammarToolFormat.from_dict(v)
                if t0 == "grammar"
                else GrammarToolFormat.from_dict(v)
                if t0 is UNSET and "grammar" in v
                else OtherToolFormat.from_dict(v)
            )
            if v.__class__ is dict
            else v
        )
        self._extras = (
            None if src_dict.keys() <= _KNOWN else {k: v for k, v in src_dict.items() if k not in _KNOWN}
        )
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
