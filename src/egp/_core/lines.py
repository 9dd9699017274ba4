"""Lines of text in bytes that arrive piece by piece."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder

__all__ = ["LineDecoder"]

_END_OF_LINE = re.compile(r"\r\n|\n|\r")


class LineDecoder:
    """Make lines of UTF-8 text, however it is split; bytes that are not UTF-8 become U+FFFD.

    A line ends with LF, CR or CRLF, which it is given out without.
    """

    __slots__ = ("_decoder", "_rest")

    def __init__(self) -> None:
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def feed(self, piece: bytes) -> list[str]:
        """Return the lines that have come to their end."""
        text = self._rest + self._decoder.decode(piece)
        # A CR at the end may be the first half of a CRLF.
        held = "\r" if text.endswith("\r") else ""
        *lines, rest = _END_OF_LINE.split(text.removesuffix("\r"))
        self._rest = rest + held
        return lines

    def finish(self) -> list[str]:
        """Return what is left as lines."""
        text = self._rest + self._decoder.decode(b"", final=True)
        self._rest = ""
        lines = _END_OF_LINE.split(text)
        return lines if lines[-1] else lines[:-1]
