"""What differs between two folders, for `--check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


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
    """How `found` differs from `expected`, by file name; what Python caches there does not count."""
    wanted, present = _files(expected), _files(found)
    differences = []
    for name in sorted({*wanted, *present}):
        if name not in present:
            differences.append(Difference("missing", name))
        elif name not in wanted:
            differences.append(Difference("extra", name))
        elif (old := present[name].read_bytes()) != (new := wanted[name].read_bytes()):
            differences.append(Difference("changed", name, _first_line(old, new)))
    return differences


def _files(folder: Path) -> dict[str, Path]:
    """Every file below the folder; a link, or a folder without files, counts as itself."""
    if not folder.is_dir():
        return {}
    return {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if "__pycache__" not in path.parts and (path.is_file() or path.is_symlink())
    }


def _first_line(old: bytes, new: bytes) -> int:
    old_lines, new_lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    pairs = zip(old_lines, new_lines, strict=False)
    shared = min(len(old_lines), len(new_lines))
    return next((number for number, (a, b) in enumerate(pairs, 1) if a != b), shared + 1)
