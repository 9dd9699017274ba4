"""Cassettes: recorded interactions in a file, one JSON object a line."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

from attrs import evolve, frozen

from egp._loading import LOADING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from egp.testing._redaction import Redactor

_VERSION = 1

Pairs = tuple[tuple[str, str], ...]


class CassetteError(AssertionError):
    """A cassette cannot be used, or a test's requests are not those that were recorded.

    An AssertionError, so that pytest counts the test as failed.
    """


@frozen(kw_only=True)
class Interaction:
    """One request and the response to it, without secrets."""

    method: str
    path: str
    query: Pairs = ()
    request_headers: Pairs = ()
    request_body: bytes = b""
    status: int = 200
    headers: Pairs = ()
    parts: tuple[bytes, ...] = ()
    """The body as it came, part by part."""
    times: tuple[int, ...] = ()
    """When the head of the response came, and each part: milliseconds since the request."""
    end: Literal["done", "close"] = "done"
    """`close` where the connection broke off before the response was complete."""

    @property
    def media_type(self) -> str:
        """The content type of the response; empty where it has none."""
        return _header(self.headers, "content-type")

    @property
    def request_media_type(self) -> str:
        """The content type of the request; empty where it has none."""
        return _header(self.request_headers, "content-type")

    def without_secrets(self, redactor: Redactor) -> Interaction:
        """Return the interaction as it may be written to disk."""
        redactor.learn_headers(self.request_headers)
        redactor.learn_headers(self.headers)
        redactor.learn_query(self.query)
        redactor.learn_body(self.request_body, self.request_media_type)
        parts = redactor.parts(self.parts, self.media_type)
        kept = [(name, value) for name, value in self.request_headers if name in {"accept", "content-type"}]
        return evolve(
            self,
            path=redactor.text(self.path),
            query=tuple(redactor.query(self.query)),
            request_headers=tuple(redactor.headers(kept)),
            request_body=redactor.body(self.request_body, self.request_media_type),
            headers=tuple(redactor.headers(self.headers)),
            parts=tuple(parts),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the interaction as it is written to disk."""
        return {
            "version": _VERSION,
            "request": {
                "method": self.method,
                "path": self.path,
                "query": self.query,
                "headers": self.request_headers,
                "body": _readable(self.request_body),
            },
            "response": {
                "status": self.status,
                "headers": self.headers,
                "times": self.times,
                "parts": [_text_or_base64(part) for part in self.parts],
                "end": self.end,
            },
        }

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> Interaction:
        """Read an interaction that `to_dict` made."""
        if value.get("version") != _VERSION:
            raise ValueError(f"version {_VERSION} is readable, not {value.get('version')!r}")
        request, response = value["request"], value["response"]
        return cls(
            method=request["method"],
            path=request["path"],
            query=_pairs(request["query"]),
            request_headers=_pairs(request["headers"]),
            request_body=_bytes(request["body"]),
            status=response["status"],
            headers=_pairs(response["headers"]),
            parts=tuple(_bytes(part) for part in response["parts"]),
            times=tuple(response["times"]),
            end=response["end"],
        )


def load(path: Path | str) -> list[Interaction]:
    """Read a cassette.

    Raises:
        CassetteError: There is no such file, or a line of it is no interaction.
    """
    try:
        lines = Path(path).read_bytes().splitlines()
    except FileNotFoundError:
        raise CassetteError(f"There is no cassette at {path}. Record it first.") from None
    interactions: list[Interaction] = []
    for number, line in enumerate(lines, 1):
        try:
            interactions.append(Interaction.from_dict(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CassetteError(f"{path}, line {number}, is not a recorded interaction: {error!r}") from error
    return interactions


class Recording:
    """A cassette that is being recorded.

    Until it is finished, interactions are kept in a file beside it, which one process at a time may write. A
    recording that fails leaves the old cassette in place.

    Args:
        path: The cassette, which a finished recording replaces.

    Raises:
        CassetteError: The same cassette is being recorded by someone else.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._partial = self._path.with_name(f"{self._path.name}.recording")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._partial.open("a+b")
        try:
            _lock(self._file)
        except OSError:
            self._file.close()
            raise CassetteError(
                f"{self._path} is being recorded by another server. Give each test a cassette of its own."
            ) from None
        self._file.truncate(0)
        self._places: list[int] = []

    def add(self, place: int, interaction: Interaction) -> None:
        """Write an interaction, without secrets; `place` is its place among the others."""
        self._file.write(_line(interaction))
        self._file.flush()
        self._places.append(place)

    def finish(self, redactor: Redactor) -> None:
        """Replace the cassette, each interaction in its place and free of all secrets seen until now.

        Without any interaction, the old cassette stays.
        """
        self._file.seek(0)
        interactions = [Interaction.from_dict(json.loads(line)) for line in self._file]
        ordered = sorted(zip(self._places, interactions, strict=True), key=lambda pair: pair[0])
        if ordered:
            finished = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
            finished.write_bytes(b"".join(_line(one.without_secrets(redactor)) for _, one in ordered))
            finished.replace(self._path)
        if os.name == "nt":  # Windows keeps open files; elsewhere the lock is held until the file is gone
            self._file.close()
        self._partial.unlink(missing_ok=True)
        self._file.close()


def _lock(file: IO[bytes]) -> None:
    """Lock a file until it is closed; raise OSError where another process has done so."""
    try:
        with LOADING:
            import fcntl
    except ImportError:  # Windows
        with LOADING:
            import msvcrt

        locking: Any = msvcrt  # its names are there on Windows only
        locking.locking(file.fileno(), locking.LK_NBLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _line(interaction: Interaction) -> bytes:
    # Half a surrogate pair can be written as an escape of JSON only.
    return json.dumps(interaction.to_dict(), ensure_ascii=False).encode(errors="backslashreplace") + b"\n"


def _readable(body: bytes) -> Any:
    try:
        return {"json": json.loads(body)}
    except (ValueError, RecursionError):
        return _text_or_base64(body)


def _text_or_base64(content: bytes) -> str | dict[str, str]:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}


def _bytes(written: Any) -> bytes:
    if isinstance(written, str):
        return written.encode("utf-8", "surrogatepass")
    if "json" in written:
        return json.dumps(written["json"], ensure_ascii=False).encode(errors="backslashreplace")
    return base64.b64decode(written["base64"])


def _header(headers: Pairs, wanted: str) -> str:
    return next((value for name, value in headers if name.lower() == wanted), "").lower()


def _pairs(written: Sequence[Sequence[str]]) -> Pairs:
    return tuple((name, value) for name, value in written)
