"""The document that a new one is compared with: the one that users' package was made from."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import attrs

from tools.compiler import document
from tools.compiler.errors import CompileError

if TYPE_CHECKING:
    from pathlib import Path

    from tools.compiler.document import Document

SPEC_IN_PACKAGE = "openapi.yaml"


def given(path: Path) -> Document:
    """Return the document that the user names; raise CompileError if it cannot be read."""
    try:
        return document.load(path)
    except CompileError as error:
        raise CompileError.of(
            [attrs.evolve(problem, file=problem.file or str(path)) for problem in error.problems]
        ) from None


def found(target: Path, committed: Path) -> Document | None:
    """Return the document of the package at `target`, if there is one; else of the package at `committed`.

    What counts of `committed` is what Git has: several runs before a commit are one change for users. None
    where there is no such document, or none that can be read.
    """
    if target != committed and (target / SPEC_IN_PACKAGE).is_file():
        return _read((target / SPEC_IN_PACKAGE).read_bytes())
    source = _in_git(committed)
    path = committed / SPEC_IN_PACKAGE
    if source is None and path.is_file():
        source = path.read_bytes()
    return None if source is None else _read(source)


def _in_git(package: Path) -> bytes | None:
    command = ["git", "show", f"HEAD:./{package.name}/{SPEC_IN_PACKAGE}"]
    try:
        done = subprocess.run(command, cwd=package.parent, capture_output=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def _read(source: bytes) -> Document | None:
    try:
        return document.parse(source, SPEC_IN_PACKAGE)
    except CompileError:
        return None
