from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import UNSET, JSONObject, encode

if TYPE_CHECKING:
    from .grammar_syntax_type_0 import GrammarSyntaxType0


@define(eq=False, repr=False, kw_only=True)
class Grammar(JSONObject[Any]):
    """A grammar for the text that a custom tool takes."""

    definition: str
    """The grammar's own text."""
    syntax: GrammarSyntaxType0 | str
    """The language that the grammar is written in."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self = cls.__new__(cls)
        v: Any
        get: Any = src_dict.get
        self.definition = get("definition", UNSET)
        self.syntax = get("syntax", UNSET)
        self._extras = (
            None if src_dict.keys() <= _KNOWN else {k: v for k, v in src_dict.items() if k not in _KNOWN}
        )
        return self

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON takes it, without the fields that are UNSET."""
        fields: Any = self
        d: dict[str, Any] = encode(self._extras) if self._extras else {}
        if (v := fields.definition) is not UNSET:
            d["definition"] = v
        if (v := fields.syntax) is not UNSET:
            d["syntax"] = v
        return d


_KNOWN = frozenset(
    (
        "definition",
        "syntax",
    )
)
