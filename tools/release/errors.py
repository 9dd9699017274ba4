"""The one way in which a step says no."""

import tarfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager

_SHOWN = 12


class Refusal(Exception):  # noqa: N818  # a verdict on the release, not an error of the program
    """A release that may not go out: what is wrong, in detail as far as one screen holds, and what to do."""

    def __init__(self, problem: str, *, way_out: str, details: Sequence[str] = ()) -> None:
        super().__init__(problem)
        more = [f"… and {len(details) - _SHOWN} more"] if len(details) > _SHOWN else []
        self.problem = "\n    ".join([problem, *details[:_SHOWN], *more])
        self.way_out = way_out

    def __str__(self) -> str:
        return f"{self.problem}\nWay out: {self.way_out}"


@contextmanager
def understanding(file: str) -> Generator[None]:
    """Refuse a file that the block cannot read or understand."""
    try:
        yield
    except (OSError, ValueError, SyntaxError, LookupError, tarfile.TarError) as error:
        said = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
        raise Refusal(f"{file} cannot be understood ({said}).", way_out="mend it, and run again") from None
