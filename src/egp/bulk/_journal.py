"""The output file, which is the journal of a run as well: what has its line is done."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Self

from egp.bulk import _output_line
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import TracebackType

    from egp.bulk._output_line import Written

__all__ = ["Journal", "lines_of"]

_BUFFER = 1024 * 1024


class Journal:
    """An output file that this process alone writes to.

    Each line is handed to the system in one piece before it counts, so that it survives the death of the
    process. `sync` makes it survive a loss of power.
    """

    def __init__(self, path: Path) -> None:
        """Open and lock the file, and mend its end.

        Raises:
            EGPError: the file cannot be written, is in use by another run, or holds something else.
        """
        self.path = path
        self._file = _locked(path)
        try:
            self._end = self._mended()
        except BaseException:
            os.close(self._file)
            raise
        self.unsynced = 0
        """Lines that a loss of power might take."""

    def entries(self) -> Iterator[Written]:
        """Every line that has been written.

        Raises:
            EGPError: a line is not a result.
        """
        for number, line in enumerate(lines_of(self.path), 1):
            written = _output_line.read(line)
            if written is None:
                raise EGPError(
                    f"{self.path}:{number} is not a line of results: is it the right file?"
                    " Nothing was changed."
                )
            yield written

    def rewrite(self, keeps: Callable[[Written], bool]) -> None:
        """Leave only the lines that `keeps` says. It is done whole or not at all."""
        temporary = self.path.with_name(f".{self.path.name}.rewritten")
        temporary.unlink(missing_ok=True)
        file = _locked(temporary)
        try:
            with os.fdopen(os.dup(file), "wb", buffering=_BUFFER) as stream:
                for line in lines_of(self.path):
                    written = _output_line.read(line)
                    if written is not None and keeps(written):
                        stream.write(line)
            os.fsync(file)
            end = os.fstat(file).st_size
            temporary.replace(self.path)
        except OSError as error:
            os.close(file)
            temporary.unlink(missing_ok=True)
            raise EGPError(f"{self.path} cannot be rewritten: {error.strerror}") from None
        os.close(self._file)
        self._file, self._end = file, end

    def replace(self, path: Path) -> None:
        """Put a file that has the same results in the place of this one."""
        file = _locked(path)
        path.replace(self.path)
        os.close(self._file)
        self._file, self._end = file, os.fstat(file).st_size

    def append(self, line: bytes) -> None:
        """Write a line, whole or not at all.

        Raises:
            OSError: it could not be written; the file is as before.
        """
        written = 0
        try:
            while written < len(line):
                written += os.write(self._file, line[written:] if written else line)
        except OSError:
            if written:
                os.ftruncate(self._file, self._end)
            raise
        self._end += written
        self.unsynced += 1

    def sync(self) -> None:
        """Make what has been written survive a loss of power. May be called in another thread."""
        self.unsynced = 0
        if sys.platform == "linux":
            os.fdatasync(self._file)
        else:
            os.fsync(self._file)

    def close(self) -> None:
        """Give the file free."""
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _mended(self) -> int:
        """Cut off, or complete, a last line that was torn; return where the file ends."""
        end = os.fstat(self._file).st_size
        start, tail = _last_line(self._file, end)
        if not tail:
            return end
        if _output_line.read(tail) is not None:
            # Whole, but for its line break: others write files so.
            os.write(self._file, b"\n")
            return end + 1
        if start == 0 and b'"custom_id"' not in tail[:4096]:
            raise EGPError(f"{self.path} holds something that is not a result. Nothing was changed.")
        os.ftruncate(self._file, start)
        return start


def lines_of(path: Path) -> Iterator[bytes]:
    """Every line of an output file that is complete."""
    with path.open("rb", buffering=_BUFFER) as stream:
        for line in stream:
            if line.endswith(b"\n") and not line.isspace():
                yield line


def _last_line(file: int, end: int) -> tuple[int, bytes]:
    """Return where the text after the last line break begins, and that text."""
    tail = b""
    start = end
    while start > 0:
        size = min(_BUFFER, start)
        start -= size
        os.lseek(file, start, os.SEEK_SET)
        part = os.read(file, size)
        mark = part.rfind(b"\n")
        if mark >= 0:
            return start + mark + 1, part[mark + 1 :] + tail
        tail = part + tail
    return 0, tail


def _locked(path: Path) -> int:
    while True:
        try:
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o666)
        except OSError as error:
            raise EGPError(f"{path} cannot be written: {error.strerror}") from None
        if not _lock(file):
            os.close(file)
            raise EGPError(f"{path} is in use by another run: wait for its end, or choose another output")
        # The run that had it may just have put another file in its place.
        try:
            if os.path.samestat(os.fstat(file), os.stat(path)):
                return file
        except FileNotFoundError:
            pass
        os.close(file)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> bool:
        # A byte far beyond the end, so that readers are not kept out.
        os.lseek(file, 1 << 62, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            # A file system without locks: two runs at once would go unnoticed there.
            return True
        return True
