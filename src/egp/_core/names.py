"""Misspelt names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from egp._loading import LOADING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["did_you_mean"]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` where a known name is close to the one given, else nothing."""
    # Imported here: only mistakes need it.
    with LOADING:
        from difflib import get_close_matches

    close = get_close_matches(name, sorted(known), n=1, cutoff=0.7)
    return f"; did you mean {close[0]!r}?" if close else ""
