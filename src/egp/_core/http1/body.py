"""Where a response body ends: the framings of RFC 9112, section 6, without I/O."""

from __future__ import annotations

import re

from egp._core.failures import ProtocolError

__all__ = ["Body", "Chunked", "Nothing", "Sized", "UntilClose"]


class Body:
    """Takes the bytes of the connection, gives those of the body."""

    __slots__ = ("excess", "is_complete")

    def __init__(self) -> None:
        self.is_complete = False
        """Whether the last byte of the body has come."""
        self.excess = False
        """Whether bytes came after the last one, which no request asked for."""

    def feed(self, data: bytes) -> bytes:
        """The bytes of the body in these of the connection."""
        raise NotImplementedError

    def end(self) -> None:
        """The connection has ended; raises `ProtocolError` where the body has not."""
        if not self.is_complete:
            raise ProtocolError(self._missing())

    def _missing(self) -> str:
        return "the connection ended before the response did"


class Nothing(Body):
    """No body at all."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__()
        self.is_complete = True

    def feed(self, data: bytes) -> bytes:
        self.excess = self.excess or bool(data)
        return b""


class Sized(Body):
    """As many bytes as `content-length` says."""

    __slots__ = ("_left", "_size")

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = self._left = size
        self.is_complete = size == 0

    def feed(self, data: bytes) -> bytes:
        if len(data) > self._left:
            self.excess = True
            data = data[: self._left]
        self._left -= len(data)
        self.is_complete = self._left == 0
        return data

    def _missing(self) -> str:
        return f"the connection ended after {self._size - self._left} of {self._size} bytes of the response"


class UntilClose(Body):
    """All that comes until the connection ends."""

    __slots__ = ()

    def feed(self, data: bytes) -> bytes:
        return data

    def end(self) -> None:
        self.is_complete = True


# Section 7.1: a size in hex, extensions that are ignored, the end of the line.
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]*)?\r?\n")
_LONGEST_LINE = 16 * 1024


class Chunked(Body):
    """Chunks, each led by its size, and trailers, which are passed over."""

    __slots__ = ("_in_trailers", "_left", "_line", "_trailer_bytes")

    def __init__(self) -> None:
        super().__init__()
        # Bytes of the current chunk still to come, or, below zero, of the line end after it.
        self._left = 0
        self._line = b""
        self._in_trailers = False
        self._trailer_bytes = 0

    def feed(self, data: bytes) -> bytes:
        if self.is_complete:
            self.excess = self.excess or bool(data)
            return b""
        if self._line:
            data = self._line + data
            self._line = b""
        if self._in_trailers:
            self._trailers(data, 0)
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
                if data.startswith(b"\r\n", position):
                    position += 2
                elif data.startswith(b"\n", position):
                    position += 1
                elif data[position:] in (b"", b"\r"):
                    break
                else:
                    raise ProtocolError("the server sent a chunk longer than its size")
                left = 0
                continue
            line = _SIZE.match(data, position)
            if line is None:
                self._check_unfinished(data, position)
                break
            position = line.end()
            left = int(line[1], 16)
            if left == 0:
                self._in_trailers = True
                self._left = 0
                self._trailers(data, position)
                return parts[0] if len(parts) == 1 else b"".join(parts)
        self._left = left
        self._line = data[position:]
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _check_unfinished(self, data: bytes, position: int) -> None:
        if len(data) - position > _LONGEST_LINE or data.find(b"\n", position) >= 0:
            raise ProtocolError(f"the server sent an invalid chunk size: {data[position : position + 20]!r}")

    def _trailers(self, data: bytes, position: int) -> None:
        while True:
            end = data.find(b"\n", position)
            if end < 0:
                self._line = data[position:]
                if self._trailer_bytes + len(self._line) > _LONGEST_LINE:
                    raise ProtocolError("the server's trailers are too long")
                return
            line = data[position:end].rstrip(b"\r")
            self._trailer_bytes += end + 1 - position
            position = end + 1
            if self._trailer_bytes > _LONGEST_LINE:
                raise ProtocolError("the server's trailers are too long")
            if not line:
                self.is_complete = True
                self.excess = position < len(data)
                return
