"""The document that a new one is compared with: the one that users' package was made from."""

import contextlib
import subprocess
from pathlib import Path

from tools.compiler import document
from tools.compiler.document import Document
from tools.compiler.errors import CompileError

SPEC_IN_PACKAGE = "openapi.yaml"


def found(target: Path, committed: Path) -> Document | None:
    """Return the document of the package at `target`, if there is one; else of `committed`, of the same name.

    What counts of `committed` is what Git has: several runs before a commit are one change for users. None
    where there is no such document, or none that can be read.
    """
    with contextlib.suppress(OSError, CompileError):
        if target != committed and (target / SPEC_IN_PACKAGE).is_file():
            return document.load(target / SPEC_IN_PACKAGE)
        if target.name == committed.name:
            source = _in_git(committed) or (committed / SPEC_IN_PACKAGE).read_bytes()
            return document.parse(source, SPEC_IN_PACKAGE)
    return None


def _in_git(package: Path) -> bytes:
    """Return what Git has of the document in a package; empty where it has none."""
    command = ["git", "show", f"HEAD:./{package.name}/{SPEC_IN_PACKAGE}"]
    with contextlib.suppress(OSError):
        return subprocess.run(command, cwd=package.parent, capture_output=True, check=False).stdout
    return b""
