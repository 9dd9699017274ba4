"""The one way in which a step says no."""


class Refusal(Exception):  # noqa: N818  # a verdict on the release, not an error of the program
    """A release that may not go out: what is wrong, and what to do about it."""

    def __init__(self, problem: str, *, way_out: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.way_out = way_out

    def __str__(self) -> str:
        return f"{self.problem}\nWay out: {self.way_out}"
