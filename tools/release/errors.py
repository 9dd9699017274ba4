"""The one way in which a step says no."""

from collections.abc import Sequence

_SHOWN = 12


class Refusal(Exception):  # noqa: N818  # a verdict on the release, not an error of the program
    """A release that may not go out: what is wrong, and what to do about it."""

    def __init__(self, problem: str, *, way_out: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.way_out = way_out

    def __str__(self) -> str:
        return f"{self.problem}\nWay out: {self.way_out}"


def shorten(lines: Sequence[str]) -> list[str]:
    """Return lines as a list that stays on one screen."""
    more = [f"    … and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return [*(f"    {line}" for line in lines[:_SHOWN]), *more]
