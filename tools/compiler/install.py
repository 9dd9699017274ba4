"""Puts a finished package in the place of the old one, whole or not at all."""

import contextlib
import ctypes
import fcntl
import os
import shutil
import sys
from collections.abc import Generator
from itertools import takewhile
from pathlib import Path

from tools.compiler.errors import CompileError, Finding

# renameat2(2): exchange two names in one step, from Linux 3.15 and glibc 2.28.
_RENAME_EXCHANGE = 2
_AT_FDCWD = -100


@contextlib.contextmanager
def workshop(target: Path) -> Generator[Path]:
    """Yield an empty folder beside `target`, on the same file system, for the time of one compilation.

    Holds a lock on the folder that both are in, so that a second compilation waits for the first. Puts
    things right that an earlier run, killed half-way, left behind. Git does not see the folder.
    """
    created = _create(target.parent)
    work = target.parent / f".{target.name}.compiling"
    with _locked(target.parent):
        try:
            _recover(work, target)
            work.mkdir(parents=True)
            (work / ".gitignore").write_text("*\n", encoding="utf-8")
            yield work
        finally:
            _recover(work, target)
            for folder in created:
                with contextlib.suppress(OSError):
                    folder.rmdir()


def install(new: Path, target: Path, work: Path) -> None:
    """Give `new` the name `target`; what had that name is removed with the workshop `work`.

    Where the system can exchange two names there is no moment without a whole package. Elsewhere the old
    one is set aside first, and comes back if the second step fails or is never reached.
    """
    aside = work / "old"
    if not target.exists():
        new.rename(target)
    elif not _exchange(new, target):
        target.rename(aside)
        new.rename(target)


def _recover(work: Path, target: Path) -> None:
    """End what was begun in `work`: the old package goes back if its place is empty, the rest goes away."""
    aside = work / "old"
    if aside.exists() and not target.exists():
        aside.rename(target)
    if work.exists():
        shutil.rmtree(work)


def _exchange(first: Path, second: Path) -> bool:
    """Exchange two names, where the system can; return whether it did."""
    with contextlib.suppress(OSError, AttributeError):
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
        result = renameat2(
            _AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), ctypes.c_uint(_RENAME_EXCHANGE)
        )
        return bool(result == 0)
    return False


def _create(folder: Path) -> list[Path]:
    """Make `folder` and its parents; return those that were made, the innermost first."""
    lineage = [folder, *folder.parents]
    missing = list(takewhile(lambda path: not path.exists(), lineage))
    if not (above := lineage[len(missing)]).is_dir():
        raise CompileError(Finding("is not a folder", file=str(above)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CompileError(Finding(f"cannot be made: {error.strerror}", file=str(folder))) from None
    return missing


@contextlib.contextmanager
def _locked(folder: Path) -> Generator[None]:
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise CompileError(Finding(f"cannot be opened: {error.strerror}", file=str(folder))) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"waiting for another run that writes to {folder} …", file=sys.stderr)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
