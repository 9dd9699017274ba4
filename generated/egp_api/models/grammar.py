from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import ABSENT, UNSET, JSONObject, create, encode

if TYPE_CHECKING:
    from .grammar_syntax import GrammarSyntax


@define(eq=False, repr=False, kw_only=True)
class Grammar(JSONObject[Any]):
    """A grammar for the text that a custom tool takes."""

    definition: str
    """The grammar's own text."""
    syntax: GrammarSyntax | str
    """The language that the grammar is written in."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Reads what the service sent. Keeps as received what does not fit, and all unknown fields; raises nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        self.definition = d["definition"] if "definition" in d else ABSENT
        self.syntax = d["syntax"] if "syntax" in d else ABSENT
        self._extras = None if _KNOWN.issuperset(d) else {k: v for k, v in d.items() if k not in _KNOWN}
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
