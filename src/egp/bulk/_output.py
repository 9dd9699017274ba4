"""The output in the form that was asked for: JSON lines, in order or not, gzip, or Parquet.

The first is its own journal. The others cannot be added to line by line, or not so that a torn end can be
mended: while their run goes on, its lines are in `OUT.journal`, of which they are made at the end.
"""

from __future__ import annotations

import gzip
import os
from array import array
from typing import TYPE_CHECKING, Self

from egp._loading import LOADING
from egp.bulk import _output_line, _request
from egp.bulk._ids import IdTable
from egp.bulk._journal import Journal, lines_of
from egp.bulk._request import UnusableError
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from egp.bulk._input import Input

__all__ = ["Target", "lines_in"]


class Target:
    """An output, in the form that its name says, and its journal.

    Raises:
        EGPError: it cannot be written, or another run has it.
    """

    def __init__(self, path: Path, *, ordered: bool) -> None:
        self.path = path
        self._ordered = ordered
        self._is_packed = path.suffix in {".gz", ".parquet"}
        own = path.with_name(f"{path.name}.journal") if self._is_packed else path
        if self._is_packed and not own.exists() and path.exists():
            _unpack(path, own)
        self.journal = Journal(own)

    def finish(self, lines: Input) -> None:
        """Make the output of the journal. Each file is replaced as a whole.

        Raises:
            EGPError: the output cannot be written; the journal stays.
        """
        if not (self._ordered or self._is_packed):
            return
        temporary = self.path.with_name(f".{self.path.name}.written")
        source = self.journal.path
        try:
            made = _in_order(source, lines) if self._ordered else lines_of(source)
            _write(temporary, made, self.path.suffix)
            if self._is_packed:
                temporary.replace(self.path)
                source.unlink()
            else:
                self.journal.replace(temporary)
        except OSError as error:
            raise EGPError(
                f"{self.path} cannot be written: {error.strerror}. All results are in {source}."
            ) from None
        finally:
            temporary.unlink(missing_ok=True)

    def close(self) -> None:
        """Give the files free."""
        self.journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def lines_in(path: Path) -> Iterator[bytes]:
    """Every line of results in an output of any form."""
    if path.suffix == ".gz":
        with gzip.open(path, "rb") as stream:
            yield from stream
    elif path.suffix == ".parquet":
        with LOADING:
            from egp.bulk import _parquet

        yield from _parquet.results(path)
    else:
        yield from lines_of(path)


def _write(path: Path, lines: Iterator[bytes], suffix: str) -> None:
    if suffix == ".parquet":
        with LOADING:
            from egp.bulk import _parquet

        _parquet.write(path, lines)
        return
    with path.open("wb", buffering=1024 * 1024) as raw:
        if suffix == ".gz":
            # No time and no name, so that the same results make the same file.
            with gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=6, mtime=0) as stream:
                stream.writelines(lines)
        else:
            raw.writelines(lines)
        raw.flush()
        os.fsync(raw.fileno())


def _unpack(path: Path, journal: Path) -> None:
    temporary = journal.with_name(f".{journal.name}.unpacked")
    try:
        with temporary.open("wb") as stream:
            stream.writelines(lines_in(path))
        temporary.replace(journal)
    except (OSError, EOFError) as error:
        temporary.unlink(missing_ok=True)
        raise EGPError(f"{path} cannot be read: {error}") from None


def _in_order(journal: Path, lines: Input) -> Iterator[bytes]:
    """Lines of results in the order of the input, then those of no request of it.

    What is kept in memory is where each result begins, not the results.
    """
    ids = IdTable()
    others = array("Q")
    with journal.open("rb") as stream:
        start = 0
        for text in stream:
            written = _output_line.read(text)
            if written is not None:
                key = ids.key(written.custom_id)
                if ids.get(key):
                    others.append(start)
                else:
                    ids.set(key, start + 1)
            start += len(text)
        for line in lines.lines():
            try:
                key = ids.key(_request.read(line.text, line.number).custom_id)
            except UnusableError:
                continue
            place = ids.get(key)
            if place & ~_TAKEN and not place & _TAKEN:
                ids.set(key, place | _TAKEN)
                stream.seek(place - 1)
                yield stream.readline()
        for start in _remaining(ids, others):
            stream.seek(start)
            yield stream.readline()


_TAKEN = 1 << 63


def _remaining(ids: IdTable, others: array[int]) -> list[int]:
    left = [value - 1 for value in ids.values() if not value & _TAKEN]
    return sorted([*left, *others])
