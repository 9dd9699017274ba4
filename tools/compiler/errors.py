"""What stops a compilation."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

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

    def __init__(
        self,
        message: str,
        *,
        pointer: str | None = None,
        line: int | None = None,
        remedy: str = "",
        file: str | None = None,
    ) -> None:
        super().__init__(message)
        self.problems: tuple[Finding, ...] = (Finding(message, pointer, line, remedy, file),)

    @classmethod
    def of(cls, problems: Sequence[Finding]) -> Self:
        """Return an error that carries several problems, in the order given."""
        error = cls(problems[0].message)
        error.problems = tuple(problems)
        return error

    def in_file(self, path: Path) -> Self:
        """Return the same error, said of another file than the document."""
        return self.of([attrs.evolve(problem, file=problem.file or str(path)) for problem in self.problems])
