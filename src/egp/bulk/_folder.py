"""The folder that the machines of a run share: journals, requests handed out, and a lock.

It is a path that all of them see, or a URL of what fsspec opens, `s3://bucket/results` and the like. Such
stores cannot add to a file: there a journal is a row of files, each of them written whole.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import threading
import time
import uuid
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from egp._loading import load
from egp.bulk import _output_line
from egp.bulk._journal import Journal, lines_of
from egp.errors import EGPError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from egp.bulk._output_line import Written

__all__ = ["Folder", "SharedJournal", "folder_of", "is_url", "written_in"]

_WORK = ".requests"
_LOCK = ".lock"
_RESULTS = "results-*.jsonl"
_BEAT = 4.0  # seconds after which a run that has the lock of a store writes it anew


class SharedJournal(Protocol):
    """What one machine writes its results to."""

    @property
    def sync_every(self) -> float | None:
        """Seconds after which `sync` is called; None where a line is safe from a kill as it is."""
        ...

    def append(self, line: bytes) -> None:
        """Take a line.

        Raises:
            OSError: it could not be written.
        """

    def sync(self) -> None:
        """Make what was taken safe. Blocks, and may be called in another thread.

        Raises:
            OSError: it could not be written; it is kept, and a later call tries again.
        """

    def close(self) -> None:
        """Give it free."""


class Folder(Protocol):
    """A folder that all machines see."""

    @property
    def name(self) -> Path | str:
        """What users call it."""
        ...

    def locked(self) -> AbstractContextManager[object]:
        """Make the folder, if need be, and keep other runs out.

        Raises:
            EGPError: it cannot be made, or another run has it.
        """
        ...

    def journals(self) -> list[str]:
        """Return the names of all journals."""
        ...

    def lines(self, journal: str) -> Iterator[bytes]:
        """Every line of a journal that is whole."""
        ...

    def rewrite(self, journal: str, keeps: Callable[[Written], bool]) -> None:
        """Leave only the lines that `keeps` says."""

    def open_journal(self, name: str) -> SharedJournal:
        """Return a journal that nobody else writes to."""
        ...

    def put(self, name: str, content: bytes) -> None:
        """Put requests there for a machine to take."""

    def take(self, name: str) -> bytes:
        """Return what was put under a name."""
        ...

    def clear(self) -> None:
        """Remove what was put there."""


def folder_of(output: str | os.PathLike[str]) -> Folder:
    """Return the folder of a path or a URL.

    Raises:
        EGPError: the URL is of a kind that cannot be opened.
    """
    return _Store(str(output)) if is_url(output) else _Directory(Path(output))


def is_url(output: str | os.PathLike[str]) -> bool:
    """Return whether an output is in a store, and no path."""
    return isinstance(output, str) and "://" in output


def written_in(folder: Folder, leaving_out: frozenset[str] = frozenset()) -> Iterator[Written]:
    """Every result in a folder, those in some journals left out."""
    for name in folder.journals():
        if name in leaving_out:
            continue
        yield from filter(None, map(_output_line.read, folder.lines(name)))


class _Directory:
    """A folder of a file system: of this machine, NFS, or what else is mounted."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def name(self) -> Path:
        return self._path

    def locked(self) -> AbstractContextManager[object]:
        try:
            self._path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EGPError(f"{self._path} cannot be made: {error.strerror}") from None
        return Journal(self._path / _LOCK)

    def journals(self) -> list[str]:
        return sorted(path.name for path in self._path.glob(_RESULTS))

    def lines(self, journal: str) -> Iterator[bytes]:
        return lines_of(self._path / journal)

    def rewrite(self, journal: str, keeps: Callable[[Written], bool]) -> None:
        with Journal(self._path / journal) as opened:
            opened.rewrite(keeps)

    def open_journal(self, name: str) -> SharedJournal:
        return _File(self._path / name)

    def put(self, name: str, content: bytes) -> None:
        (self._path / _WORK).mkdir(exist_ok=True)
        (self._path / _WORK / name).write_bytes(content)

    def take(self, name: str) -> bytes:
        return (self._path / _WORK / name).read_bytes()

    def clear(self) -> None:
        shutil.rmtree(self._path / _WORK, ignore_errors=True)


class _File(Journal):
    sync_every = None


class _Store:
    """A folder of a store that fsspec opens."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._opened: tuple[Any, str] | None = None

    def __getstate__(self) -> str:
        # Each machine opens it for itself.
        return self._url

    def __setstate__(self, url: str) -> None:
        self._url = url
        self._opened = None

    @property
    def name(self) -> str:
        return self._url

    def locked(self) -> AbstractContextManager[object]:
        files, root = self._files()
        _trying(lambda: files.makedirs(root, exist_ok=True), f"{self._url} cannot be made")
        return _Lock(files, f"{root}/{_LOCK}", self._url)

    def journals(self) -> list[str]:
        files, root = self._files()
        # What a listing remembers may be older than what other machines have written.
        files.invalidate_cache()
        found: list[str] = _trying(lambda: files.glob(f"{root}/{_RESULTS}"), f"{self._url} cannot be read")
        return sorted(path.rpartition("/")[2] for path in found)

    def lines(self, journal: str) -> Iterator[bytes]:
        files, root = self._files()
        path = f"{root}/{journal}"
        content: bytes = _trying(lambda: files.cat_file(path), f"{path} cannot be read")
        return (line for line in io.BytesIO(content) if line.endswith(b"\n"))

    def rewrite(self, journal: str, keeps: Callable[[Written], bool]) -> None:
        files, root = self._files()
        kept = [
            line
            for line in self.lines(journal)
            if (written := _output_line.read(line)) is not None and keeps(written)
        ]
        if kept:
            files.pipe_file(f"{root}/{journal}", b"".join(kept))
        else:
            files.rm_file(f"{root}/{journal}")

    def open_journal(self, name: str) -> SharedJournal:
        files, root = self._files()
        return _RowOfFiles(files, f"{root}/{name.removesuffix('.jsonl')}")

    def put(self, name: str, content: bytes) -> None:
        files, root = self._files()
        files.makedirs(f"{root}/{_WORK}", exist_ok=True)
        files.pipe_file(f"{root}/{_WORK}/{name}", content)

    def take(self, name: str) -> bytes:
        files, root = self._files()
        content: bytes = files.cat_file(f"{root}/{_WORK}/{name}")
        return content

    def clear(self) -> None:
        files, root = self._files()
        # What stays there is in nobody's way, and the next run removes it.
        with contextlib.suppress(Exception):
            files.rm(f"{root}/{_WORK}", recursive=True)

    def _files(self) -> tuple[Any, str]:
        opened = self._opened
        if opened is None:
            # fsspec comes with Ray, and its stores have types of their own.
            core = load("fsspec.core")
            opened = self._opened = _trying(
                lambda: core.url_to_fs(self._url), f"{self._url} cannot be opened"
            )
        return opened


class _RowOfFiles:
    """A journal in a store. Its lines are safe from a kill once `sync` has returned."""

    sync_every = 2.0

    def __init__(self, files: Any, stem: str) -> None:
        self._files = files
        self._stem = stem
        self._number = 0
        self._waiting: deque[bytes] = deque()
        # Two threads must not write the same lines.
        self._writing = threading.Lock()

    def append(self, line: bytes) -> None:
        self._waiting.append(line)

    def sync(self) -> None:
        with self._writing:
            lines = [self._waiting.popleft() for _ in range(len(self._waiting))]
            if not lines:
                return
            try:
                self._files.pipe_file(f"{self._stem}-{self._number:06}.jsonl", b"".join(lines))
            except Exception as error:
                self._waiting.extendleft(reversed(lines))
                raise OSError(0, str(error)) from error
            self._number += 1

    def close(self) -> None:
        """Do nothing: a store keeps nothing open."""


class _Lock:
    """Keeps a second run out of a store, which has no locks: who has it writes it anew every few seconds."""

    def __init__(self, files: Any, path: str, url: str) -> None:
        self._files = files
        self._path = path
        self._url = url
        self._name = uuid.uuid4().hex
        self._beats = 0
        self._is_over = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> None:
        found = self._read()
        if found is not None:
            # It may be of a run that was killed.
            time.sleep(2.5 * _BEAT)
            self._refuse_unless(self._read() in {found, None})
        self._beat()
        time.sleep(_BEAT / 8)
        # Another run may have come in the same moment.
        self._refuse_unless((self._read() or "").startswith(self._name))
        self._thread = threading.Thread(target=self._go_on, name="egp-bulk-lock", daemon=True)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        if self._thread is not None:
            self._thread.join()
        # Left behind, it costs the next run some seconds.
        with contextlib.suppress(Exception):
            self._files.rm_file(self._path)

    def _refuse_unless(self, is_free: bool) -> None:
        if not is_free:
            raise EGPError(
                f"{self._url} is in use by another run: wait for its end, or choose another output"
            )

    def _read(self) -> str | None:
        try:
            content: bytes = self._files.cat_file(self._path)
        except FileNotFoundError:
            return None
        return content.decode(errors="replace")

    def _beat(self) -> None:
        self._beats += 1
        text = f"{self._name} {self._beats}\n"
        _trying(lambda: self._files.pipe_file(self._path, text.encode()), f"{self._url} cannot be written")

    def _go_on(self) -> None:
        while not self._is_over.wait(_BEAT):
            try:
                self._beat()
            except EGPError:
                # The journals will tell, if the store is gone.
                continue


def _trying(action: Callable[[], Any], what: str) -> Any:
    """Return what an action returns; each store raises errors of its own."""
    try:
        return action()
    except Exception as error:
        raise EGPError(f"{what}: {error}") from error
