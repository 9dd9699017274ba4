"""What a benchmark asks: rows, each a case that clients run and one of them is the base of."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One line of the table of results."""

    name: str
    """What the reader is told."""
    case: str
    """What `prepare` is told."""
    unit: str
    """What one unit of work is."""
    target: float | None = None
    """The ratio to the base that egp-client is to reach, and the stretch beyond it."""
    stretch: float | None = None
    base: str = "plain"
    clients: tuple[str, ...] = ("egp", "stock", "openai", "scale")
    figure: str = "cpu"
    """`cpu` or `wall` seconds per unit; `value` as the case reports it, `ratio` where that is a ratio."""
    meaning: str = ""
    """What the number means for a user, in a sentence."""
    fresh: bool = False
    """A new process for each round (imports, memory)."""
    batch_seconds: float = 0.04
    """The wall time of one batch of a pair: longer where the caches that another process left cold matter."""
    growth: tuple[str, ...] = ()
    """Cases that draw a curve, smallest first; `case` is then the first of them."""
