"""Content encodings (RFC 9110, section 8.4.1): the ones that we ask for, without I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from egp._core.faults import UndecodableError

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
    codings = [part for part in (c.strip().lower() for c in coding.split(",")) if part not in ("", "identity")]
    if not codings:
        return None
    if len(codings) > 1 or codings[0] not in ("gzip", "x-gzip", "deflate"):
        raise UndecodableError(f"the content-encoding {coding[:40]!r} was not asked for")
    return Inflater(codings[0])


class Inflater:
    """Decodes one gzip or deflate body, as far as its bytes allow at any time."""

    __slots__ = ("_coding", "_started", "_stream")

    def __init__(self, coding: str) -> None:
        import zlib

        self._coding = coding
        # 16 + 15: a gzip wrapper with the largest window; plain 15: the zlib wrapper that deflate stands for.
        self._stream = zlib.decompressobj(15 + 16 if coding != "deflate" else 15)
        self._started = False

    def feed(self, data: bytes) -> bytes:
        """The decoded bytes that these make known; raises `UndecodableError`."""
        import zlib

        decoded = b""
        while data:
            if self._stream.eof:
                # RFC 1952, section 2.2: a gzip body may have several members.
                self._stream = zlib.decompressobj(15 + 16)
            try:
                decoded += self._stream.decompress(data)
            except zlib.error as error:
                if self._coding == "deflate" and not self._started:
                    # Some servers send deflate without the zlib wrapper.
                    self._stream = zlib.decompressobj(-15)
                    self._started = True
                    continue
                raise UndecodableError(f"the body is not {self._coding}, as its header says: {error}") from None
            self._started = True
            data = self._stream.unused_data if self._coding != "deflate" else b""
        return decoded

    def end(self) -> None:
        """The body has ended; raises `UndecodableError` where its encoding has not."""
        if self._started and not self._stream.eof:
            raise UndecodableError(f"the {self._coding} body breaks off before its end")
