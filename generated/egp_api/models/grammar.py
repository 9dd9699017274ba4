from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from ..types import JSONObject, create

if TYPE_CHECKING:
    from .grammar_syntax import GrammarSyntax


@define(eq=False, repr=False, kw_only=True, getstate_setstate=False)
class Grammar(JSONObject[Any]):
    """A grammar for the text that a custom tool takes."""

    definition: str
    """The grammar's own text."""
    syntax: GrammarSyntax | str
    """The language that the grammar is written in."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read what the service sent. Keep as received what does not fit, and all unknown fields; raise nothing."""
        self: Self = create(cls)
        d: Any = src_dict
        known = 0
        if "definition" in d:
            known += 1
            self.definition = d["definition"]
        if "syntax" in d:
            known += 1
            self.syntax = d["syntax"]
        self._extras = None if len(d) == known else {k: v for k, v in d.items() if k not in _KNOWN}
        return self


_KNOWN = frozenset(
    (
        "definition",
        "syntax",
    )
)
