"""Input, whatever it came as, as a file of JSON lines that can be read more than once."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

from egp._core import json as codec
from egp._loading import LOADING
from egp.errors import EGPError

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

__all__ = ["Input", "Line", "Source", "opened"]

Source = str | os.PathLike[str] | Iterable[Any] | AsyncIterable[Any]
"""A path (`-` is stdin), several of them, or bodies."""

LONGEST_LINE = 256 * 1024 * 1024
_GZIP = b"\x1f\x8b"
_PARQUET = b"PAR1"


class Line(NamedTuple):
    """A line of input."""

    number: int
    """Counted over all files, blank lines left out, from 1."""
    name: str
    """Of its file."""
    place: int
    """Its number in its file, from 1."""
    text: bytes

    @property
    def where(self) -> str:
        """File and line, for messages."""
        return f"{self.name}:{self.place}"


class _File(NamedTuple):
    path: Path
    name: str
    """What users know it by."""
    is_temporary: bool


class Input:
    """The lines of a run, which can be read again from the start. Close it to remove what was spooled."""

    def __init__(self, files: list[_File]) -> None:
        self._files = files

    @property
    def size(self) -> int:
        """Bytes of all files, as they lie on the disk."""
        return sum(file.path.stat().st_size for file in self._files)

    def refuse(self, output: Path) -> None:
        """Raise `EGPError` if the output is one of the files that are read."""
        for file in self._files:
            if output.exists() and file.path.samefile(output):
                raise EGPError(f"{file.name} is the input, and cannot be the output, too")

    def lines(self) -> Iterator[Line]:
        """Every line that is not blank.

        Raises:
            EGPError: a file cannot be read.
        """
        number = 0
        for file in self._files:
            try:
                with _readable(file.path) as stream:
                    place = 0
                    while line := stream.readline(LONGEST_LINE + 1):
                        place += 1
                        if len(line) > LONGEST_LINE:
                            raise EGPError(
                                f"{file.name}:{place}: the line is longer than {LONGEST_LINE >> 20} MiB"
                            )
                        if place == 1:
                            line = line.removeprefix(b"\xef\xbb\xbf")
                        if not line.isspace():
                            number += 1
                            yield Line(number, file.name, place, line)
            except (OSError, EOFError, gzip.BadGzipFile) as error:
                raise EGPError(f"{file.name} cannot be read: {_reason(error)}") from None

    def close(self) -> None:
        """Remove what was spooled."""
        for file in self._files:
            if file.is_temporary:
                file.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


async def opened(source: Source) -> Input:
    """Return the input of a source. Files are read where they are; all else is spooled to a temporary file.

    Raises:
        EGPError: a file cannot be read, or a body cannot be written as JSON.
    """
    if isinstance(source, (str, os.PathLike)):
        return Input([_file(source)])
    if isinstance(source, (bytes, bytearray, Mapping)):
        raise EGPError(
            "input must be a path, several paths, or an iterable of bodies: put a single body in a list"
        )
    if isinstance(source, AsyncIterable):
        with _Spool() as spool:
            async for body in source:
                spool.add(body)
        return spool.input("the bodies given")
    if isinstance(source, (list, tuple)) and source and all(_is_path(part) for part in source):
        return Input([_file(part) for part in source])
    with _Spool() as spool:
        for body in source:
            spool.add(body)
    return spool.input("the bodies given")


def _is_path(part: object) -> bool:
    return isinstance(part, (str, os.PathLike))


def _file(path: str | os.PathLike[str]) -> _File:
    name = os.fspath(path)
    if name == "-":
        return _spooled_stdin()
    try:
        with open(path, "rb") as stream:
            magic = stream.read(4)
    except OSError as error:
        raise EGPError(f"{name} cannot be read: {_reason(error)}") from None
    return _spooled_parquet(Path(path), name) if magic == _PARQUET else _File(Path(path), name, False)


def _readable(path: Path) -> BinaryIO:
    stream = path.open("rb", buffering=1024 * 1024)
    magic = stream.read(2)
    stream.seek(0)
    if magic != _GZIP:
        return stream
    stream.close()
    # gzip's own readline is slow; a buffer around it is not.
    raw = cast("io.RawIOBase", gzip.GzipFile(path))
    return cast("BinaryIO", io.BufferedReader(raw, 1024 * 1024))


class _Spool:
    """A temporary file of JSON lines."""

    def __init__(self) -> None:
        handle, name = tempfile.mkstemp(prefix="egp-bulk-", suffix=".jsonl")
        self.path = Path(name)
        self.stream = os.fdopen(handle, "wb")
        self._count = 0

    def add(self, body: Any) -> None:
        self._count += 1
        try:
            line = codec.encode(body)
        except EGPError as error:
            raise EGPError(f"body {self._count}: {error.message}") from None
        self.stream.write(line + b"\n")

    def input(self, name: str) -> Input:
        return Input([_File(self.path, name, True)])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stream.close()
        if error is not None:
            self.path.unlink(missing_ok=True)


def _spooled_stdin() -> _File:
    with _Spool() as spool:
        shutil.copyfileobj(sys.stdin.buffer, spool.stream, 1024 * 1024)
    return _File(spool.path, "stdin", True)


def _spooled_parquet(path: Path, name: str) -> _File:
    with LOADING:
        from egp.bulk._parquet import requests

    with _Spool() as spool:
        for row in requests(path):
            spool.stream.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return _File(spool.path, name, True)


def _reason(error: BaseException) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
