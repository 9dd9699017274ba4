"""How far a run is, as its files tell it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from egp.bulk import _output_line, _scan
from egp.bulk._folder import folder_of, is_url, written_in
from egp.bulk._input import opened
from egp.bulk._journal import lines_of
from egp.bulk._output import lines_in

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from egp.bulk._input import Source
    from egp.bulk._output_line import Written

__all__ = ["Status", "status_of"]


class Status(NamedTuple):
    """Counts of requests."""

    total: int
    done: int
    failed: int
    left: int
    invalid: int
    """Lines of input that cannot be sent."""
    foreign: int
    """Lines of output that belong to no request of the input."""

    def __str__(self) -> str:
        text = f"{self.done} of {self.total} answered, {self.failed} failed, {self.left} left"
        if self.invalid:
            text += f"; {self.invalid} lines of the input cannot be sent"
        if self.foreign:
            text += f"; {self.foreign} lines of the output belong to no request"
        return text


def status_of(source: Source, output: str | os.PathLike[str]) -> Status:
    """Look at both files, which may be in use, and change nothing. On Ray the output is a folder.

    Raises:
        EGPError: a file cannot be read.
    """

    def written() -> Iterator[Written]:
        if is_url(output) or Path(output).is_dir():
            return written_in(folder_of(output))
        return filter(None, map(_output_line.read, _lines(Path(output))))

    with asyncio.run(opened(source)) as lines:
        plan = _scan.scan(lines, written, changed="keep")
    total = plan.to_do + plan.done + plan.failed
    return Status(total, plan.done, plan.failed, plan.to_do, plan.invalid, plan.foreign)


def _lines(output: Path) -> Iterator[bytes]:
    journal = output.with_name(f"{output.name}.journal")
    if journal.exists():
        # That of a packed output has plain lines.
        return lines_of(journal)
    return lines_in(output) if output.exists() else iter(())
