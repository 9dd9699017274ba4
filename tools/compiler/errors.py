"""What stops a compilation."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import attrs


@attrs.frozen
class Finding:
    """One reason why a document or a configuration cannot be compiled.

    `pointer` is the JSON Pointer (RFC 6901) of the place in the document; `line` counts from 1 and is
    worked out from the pointer where it is not known. `remedy` says what to do about it. `file` is set
    where the problem is in another file than the document. `local`: the rest can still be looked at.
    """

    message: str
    pointer: str | None = None
    line: int | None = None
    remedy: str = ""
    file: str | None = None
    local: bool = attrs.field(default=False, eq=False, repr=False)


class CompileError(Exception):
    """The input cannot be compiled, and nothing was written.

    Carries every problem that was found before giving up, at least one.
    """

    def __init__(self, *problems: Finding) -> None:
        super().__init__(problems[0].message)
        self.problems = problems


@contextmanager
def reading(path: Path) -> Generator[None]:
    """Say of what is wrong with a file, or keeps it from being read, which file it is."""
    try:
        yield
    except OSError as error:
        raise CompileError(Finding(f"cannot be read: {error.strerror}", file=str(path))) from None
    except CompileError as error:
        raise CompileError(*(attrs.evolve(problem, file=str(path)) for problem in error.problems)) from None
