"""What differs between two folders, for `--check`."""

from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

import attrs


@attrs.frozen
class Difference:
    """A file of the package that is not as it should be; `kind` is missing, extra or changed."""

    kind: str
    file: str
    line: int | None = None

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line is not None else self.file
        return f"{self.kind:8}{where}"


def compare(expected: Path, found: Path) -> Sequence[Difference]:
    """How `found` differs from `expected`, by file name."""
    wanted, present = files(expected), files(found)
    differences: list[Difference] = []
    for name in sorted({*wanted, *present}):
        if name not in present:
            differences.append(Difference("missing", name))
        elif name not in wanted:
            differences.append(Difference("extra", name))
        elif (old := present[name].read_bytes()) != (new := wanted[name].read_bytes()):
            lines = zip_longest(old.splitlines(keepends=True), new.splitlines(keepends=True))
            first = next(number for number, (a, b) in enumerate(lines, 1) if a != b)
            differences.append(Difference("changed", name, first))
    return differences


def files(folder: Path) -> dict[str, Path]:
    """Every file below the folder, and every link, but for what Python caches there."""
    return {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if "__pycache__" not in path.parts and (path.is_file() or path.is_symlink())
    }
