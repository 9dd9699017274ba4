"""Where a response body ends: the framings of RFC 9112, section 6, without I/O."""

from __future__ import annotations

import re

from egp._core.failures import ConnectionEndedError, MalformedResponseError
from egp._core.http1.fields import parse_fields

__all__ = ["Body", "Chunked", "Sized", "UntilClose"]


class Body:
    """Takes the bytes of the connection, gives those of the body."""

    __slots__ = ("excess", "fault", "is_complete", "size")

    def __init__(self) -> None:
        self.size = -1
        """Its bytes; -1 where the head does not tell."""
        self.is_complete = False
        """Whether the last byte of the body has come."""
        self.excess = False
        """Whether bytes came after the last one, which no request asked for."""
        self.fault: MalformedResponseError | None = None
        """What is wrong after the bytes given out: nothing more can be read."""

    def feed(self, data: bytes) -> bytes:
        """Return the bytes of the body in these of the connection, as far as there is no fault."""
        raise NotImplementedError

    def end(self) -> None:
        """Take note that the connection has ended; raise `ConnectionEndedError` where the body has not."""
        if not self.is_complete:
            raise ConnectionEndedError(self._missing())

    def _missing(self) -> str:
        return "the connection ended before the response did"


class Sized(Body):
    """As many bytes as `content-length` says."""

    __slots__ = ("_left",)

    def __init__(self, size: int) -> None:
        # Not by the base class: each call of Python's costs, here at every response.
        self.excess = False
        self.fault = None
        self.size = self._left = size
        self.is_complete = size == 0

    def feed(self, data: bytes) -> bytes:
        if len(data) > self._left:
            self.excess = True
            data = data[: self._left]
        self._left -= len(data)
        self.is_complete = self._left == 0
        return data

    def _missing(self) -> str:
        return f"the connection ended after {self.size - self._left} of {self.size} bytes of the response"


class UntilClose(Body):
    """All that comes until the connection ends."""

    __slots__ = ()

    def feed(self, data: bytes) -> bytes:
        return data

    def end(self) -> None:
        self.is_complete = True


# Section 7.1: a size in hex, extensions that are ignored, the end of the line.
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]*)?\r\n")
_LONGEST_LINE = 16 * 1024


class Chunked(Body):
    """Chunks, each led by its size, and trailers, which are checked and passed over."""

    __slots__ = ("_in_trailers", "_left", "_line", "_trailer_bytes", "_trailers")

    def __init__(self) -> None:
        super().__init__()
        # Bytes of the current chunk still to come, or, below zero, of the line end after it.
        self._left = 0
        self._line = b""
        self._in_trailers = False
        self._trailer_bytes = 0
        self._trailers: list[str] = []

    def feed(self, data: bytes) -> bytes:
        if self.is_complete:
            self.excess = self.excess or bool(data)
            return b""
        if self._line:
            data = self._line + data
            self._line = b""
        if self._in_trailers:
            self._read_trailers(data, 0)
            return b""
        position = 0
        size = len(data)
        left = self._left
        parts: list[bytes] = []
        while position < size:
            if left > 0:
                part = data[position : position + left]
                parts.append(part)
                position += len(part)
                left -= len(part)
                if left:
                    break
                left = -1
            if left < 0:
                # The line end that closes a chunk.
                if not data.startswith(b"\r\n", position):
                    if data[position:] not in (b"", b"\r"):
                        self.fault = MalformedResponseError("the server sent a chunk longer than its size")
                    break
                position += 2
                left = 0
                continue
            line = _SIZE.match(data, position)
            if line is None or line.end() - position > _LONGEST_LINE:
                self._check_size_line(data, position)
                break
            position = line.end()
            left = int(line[1], 16)
            if left == 0:
                self._in_trailers = True
                self._left = 0
                self._read_trailers(data, position)
                return parts[0] if len(parts) == 1 else b"".join(parts)
        self._left = left
        self._line = data[position:]
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _check_size_line(self, data: bytes, position: int) -> None:
        if len(data) - position > _LONGEST_LINE or data.find(b"\n", position) >= 0:
            begin = data[position : position + 20]
            self.fault = MalformedResponseError(f"the server sent an invalid chunk size: {begin!r}")

    def _read_trailers(self, data: bytes, position: int) -> None:
        try:
            self._take_trailers(data, position)
        except MalformedResponseError as fault:
            self.fault = fault

    def _take_trailers(self, data: bytes, position: int) -> None:
        while True:
            end = data.find(b"\n", position)
            length = (len(data) if end < 0 else end + 1) - position
            if self._trailer_bytes + length > _LONGEST_LINE:
                raise MalformedResponseError("the server's trailers are too long")
            if end < 0:
                self._line = data[position:]
                return
            if data[end - 1 : end] != b"\r" or end == position:
                raise MalformedResponseError("a line of the server's trailers does not end in CR LF")
            self._trailer_bytes += length
            line = data[position : end - 1].decode("latin-1")
            position = end + 1
            if not line:
                parse_fields(self._trailers)
                self.is_complete = True
                self.excess = position < len(data)
                return
            self._trailers.append(line)
