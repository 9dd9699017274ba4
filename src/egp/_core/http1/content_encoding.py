"""Content encodings (RFC 9110, section 8.4.1): the ones that we ask for, without I/O."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from egp._core.failures import UndecodableError

if TYPE_CHECKING:
    from egp._core.headers import Headers

__all__ = ["ACCEPTED", "Inflater", "inflater"]

ACCEPTED = "gzip, deflate"


def inflater(headers: Headers) -> Inflater | None:
    """What decodes a body with these headers; None where there is nothing to decode.

    Raises `UndecodableError` for an encoding that was not asked for.
    """
    coding = headers.get("content-encoding")
    if coding is None:
        return None
    parts = (part.strip().lower() for part in coding.split(","))
    codings = [part for part in parts if part not in ("", "identity")]
    if not codings:
        return None
    if len(codings) > 1 or codings[0] not in ("gzip", "x-gzip", "deflate"):
        raise UndecodableError(f"the content-encoding {coding[:40]!r} was not asked for")
    return Inflater(codings[0])


class Inflater:
    """Decodes one gzip or deflate body, as far as its bytes allow at any time."""

    __slots__ = ("_coding", "_pending", "_stream")

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._stream: zlib._Decompress | None = None
        self._pending = b""

    def feed(self, data: bytes) -> bytes:
        """The decoded bytes that these make known; raises `UndecodableError`."""
        if self._stream is None:
            data = self._pending + data
            if len(data) < 2:
                self._pending = data
                return b""
            self._stream = zlib.decompressobj(self._window(data))
        decoded = b""
        try:
            while data:
                if self._stream.eof:
                    # RFC 1952, section 2.2: a gzip body may have several members. What is none is padding.
                    if data[0] != _GZIP_BEGIN:
                        break
                    self._stream = zlib.decompressobj(_GZIP)
                decoded += self._stream.decompress(data)
                data = self._stream.unused_data if self._coding != "deflate" else b""
        except zlib.error as error:
            raise UndecodableError(f"the body is not {self._coding}, as its header says: {error}") from None
        return decoded

    def end(self) -> None:
        """The body has ended; raises `UndecodableError` where its encoding has not."""
        if self._pending if self._stream is None else not self._stream.eof:
            raise UndecodableError(f"the {self._coding} body breaks off before its end")

    def _window(self, start: bytes) -> int:
        """What zlib calls the window, which also names the wrapper."""
        if self._coding != "deflate":
            return _GZIP
        # RFC 1950, section 2.2: the wrapper that deflate stands for; some servers leave it out.
        is_wrapped = start[0] & 0x0F == 8 and int.from_bytes(start[:2]) % 31 == 0
        return zlib.MAX_WBITS if is_wrapped else -zlib.MAX_WBITS


_GZIP = zlib.MAX_WBITS + 16
_GZIP_BEGIN = 0x1F
