"""How far a run is, as its files tell it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from egp.bulk import _result, _scan
from egp.bulk._input import opened
from egp.bulk._output import lines_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from egp.bulk._input import Source
    from egp.bulk._result import Written

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


def status_of(source: Source, output: Path) -> Status:
    """Look at both files, which may be in use, and change nothing.

    Raises:
        EGPError: a file cannot be read.
    """
    journal = output.with_name(f"{output.name}.journal")

    def written() -> Iterator[Written]:
        path = journal if journal.exists() else output
        if path.exists():
            # The journal of a packed output has plain lines.
            lines = _plain(path) if path is journal else lines_in(path)
            yield from filter(None, map(_result.read, lines))

    with asyncio.run(opened(source)) as lines:
        plan = _scan.scan(lines, written, changed="keep")
    total = plan.to_do + plan.done + plan.failed
    return Status(total, plan.done, plan.failed, plan.to_do, plan.invalid, plan.foreign)


def _plain(path: Path) -> Iterator[bytes]:
    from egp.bulk._journal import lines_of

    return lines_of(path)
