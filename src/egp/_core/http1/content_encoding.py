"""Content encodings (RFC 9110, section 8.4.1): the ones that requests ask for, without I/O."""

from __future__ import annotations

import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

from egp._core.failures import UndecodableError

if TYPE_CHECKING:
    from egp._core.headers import Headers

__all__ = ["LARGEST_PIECE", "Inflater", "inflater"]


def inflater(headers: Headers) -> Inflater | None:
    """Return what decodes a body with these headers; None where there is nothing to decode.

    Raises `UndecodableError` for an encoding that was not asked for.
    """
    coding = headers.joined.get("content-encoding")
    if coding is None:
        return None
    parts = (part.strip().lower() for part in coding.split(","))
    codings = [part for part in parts if part not in ("", "identity")]
    if not codings:
        return None
    if len(codings) > 1 or codings[0] not in ("gzip", "x-gzip", "deflate"):
        raise UndecodableError(f"the content-encoding {coding[:40]!r} was not asked for")
    return Inflater(codings[0])


LARGEST_PIECE = 1024 * 1024
"""Bytes that are decoded at a time: a small input may stand for a thousand times as much."""


class Inflater:
    """Decodes one gzip or deflate body, as far as its bytes allow, a bounded piece at a time."""

    __slots__ = ("_barren_bytes", "_coding", "_fault", "_input", "_is_past_end", "_stream")

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._stream: zlib._Decompress | None = None
        self._input = b""
        # What has been fed since there was a decoded byte.
        self._barren_bytes = 0
        self._is_past_end = False
        self._fault: UndecodableError | None = None

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the encoded body."""
        self._barren_bytes += len(data)
        if not self._is_past_end:
            self._input = self._input + data if self._input else data

    def next(self) -> bytes:
        """Return the next decoded piece; empty when more bytes are needed. Raises `UndecodableError`."""
        if self._stream is None:
            if len(self._input) < 2:
                return b""
            self._stream = zlib.decompressobj(self._window(self._input))
        if self._fault is not None:
            raise self._fault
        before = stream = self._stream
        try:
            while self._input:
                stream = self._stream
                if stream.eof:
                    # RFC 1952, section 2.2: a gzip body may have several members. What is none is padding,
                    # and so is all that follows it, however the bytes are split.
                    if self._coding == "deflate" or self._input[0] != _GZIP_BEGIN:
                        self._is_past_end = True
                        self._input = b""
                        break
                    stream = self._stream = zlib.decompressobj(_GZIP)
                before = stream.copy()
                decoded = stream.decompress(self._input, LARGEST_PIECE)
                self._input = stream.unused_data if stream.eof else stream.unconsumed_tail
                if decoded:
                    self._barren_bytes = 0
                    return decoded
        except zlib.error as error:
            self._fault = UndecodableError(f"the body is not {self._coding}, as its header says: {error}")
            return self._salvaged(before)
        if self._barren_bytes > LARGEST_PIECE:
            # Headers, members and blocks may go on without end, and no limit on the decoded body sees them.
            raise UndecodableError(f"{LARGEST_PIECE} bytes of the {self._coding} body stand for nothing")
        return b""

    def _salvaged(self, stream: zlib._Decompress) -> bytes:
        """Return what the input gives before its fault, which zlib keeps to itself, byte by byte."""
        parts: list[bytes] = []
        with suppress(zlib.error):
            parts.extend(stream.decompress(bytes((byte,)), LARGEST_PIECE) for byte in self._input)
        self._input = b""
        decoded = b"".join(parts)
        if not decoded and self._fault is not None:
            raise self._fault
        return decoded

    def end(self) -> None:
        """Take note that the body has ended; raise `UndecodableError` where its encoding has not."""
        if self._input if self._stream is None else not self._stream.eof:
            raise UndecodableError(f"the {self._coding} body breaks off before its end")

    def _window(self, start: bytes) -> int:
        """Return what zlib calls the window, which also names the wrapper."""
        if self._coding != "deflate":
            return _GZIP
        # RFC 1950, section 2.2: the wrapper that deflate stands for; some servers leave it out.
        is_wrapped = start[0] & 0x0F == 8 and int.from_bytes(start[:2]) % 31 == 0
        return zlib.MAX_WBITS if is_wrapped else -zlib.MAX_WBITS


_GZIP = zlib.MAX_WBITS + 16
_GZIP_BEGIN = 0x1F
