"""Bytes to server-sent events, by the event-stream rules of the HTML standard.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

The decoder works on bytes throughout. A line end, a colon or a space is never part of a longer UTF-8
sequence, so splitting first and reading the text later gives what the standard asks for. It leaves to the
reader of an event whether bytes that are not UTF-8 are replaced, as browsers do, or refused, as we do: an
answer with characters replaced is not the answer that was paid for.
"""

from __future__ import annotations

from typing import TypeAlias

__all__ = ["Event", "EventDecoder", "EventTooLargeError"]

_BOM = b"\xef\xbb\xbf"
_CR = 13
_MAX_RETRY_DIGITS = 16  # a longer wait is no wait, and int() refuses thousands of digits
# A blank line ends an event. These are the only byte pairs that end one: the second byte is the blank line's
# own end, and for CR LF CR LF it is the second CR, so that nobody waits for an LF that may not come.
_BLANK_LINES = (b"\n\n", b"\n\r", b"\r\r")


Event: TypeAlias = tuple[bytes, str, str]
"""One dispatched event: its data without the last line end, its name, and the last event id seen."""


class EventTooLargeError(Exception):
    """One event has more bytes than the decoder was told to hold."""


class EventDecoder:
    """Turns pieces of a stream, split anywhere, into events, each as soon as its last byte is in.

    Time is linear in the bytes fed, however they are split; memory is bounded by the largest event.

    Args:
        max_event_bytes: how many bytes one event may take on the wire, comments in it included.
    """

    __slots__ = ("_at_start", "_limit", "_overflow", "_pending", "_skip_lf", "last_event_id", "retry_ms")

    def __init__(self, max_event_bytes: int = 64 * 1024 * 1024) -> None:
        self._limit = max_event_bytes
        self._pending = bytearray()  # what came after the last blank line
        self._at_start = True  # a byte-order mark may still come
        self._skip_lf = False  # the last byte consumed was CR: an LF now belongs to it
        self._overflow = False
        self.last_event_id = ""
        self.retry_ms: int | None = None

    def feed(self, piece: bytes) -> list[Event]:
        """Return the events that `piece` completes.

        Raises:
            EventTooLargeError: after the events before the one that is too large were returned.
        """
        if piece[:6] == b"data: " and piece[-2:] == b"\n\n" and not self._pending and not self._overflow:
            # Whole events in the form that nearly every server writes.
            self._at_start = self._skip_lf = False
            data = piece[6:-2]
            if b"\n" not in data and b"\r" not in data and len(piece) <= self._limit:
                return [(data, "message", self.last_event_id)]
            events = self._parse(piece)
        elif self._overflow:
            raise EventTooLargeError
        else:
            events = self._take(self._without_prefix(piece))
            if len(self._pending) > self._limit:
                self._overflow = True
        if self._overflow and not events:
            raise EventTooLargeError
        return events

    def finish(self) -> list[Event]:
        """Return the event that the end of the stream cut short of its blank line, if it has data.

        The standard drops such an event. We hand it out, because servers do leave the last blank line
        away; its data may be cut, so the caller must take it only if it reads as a whole value.
        """
        if self._overflow:
            raise EventTooLargeError
        block = bytes(self._pending)
        self._pending.clear()
        return self._parse(block + b"\n\n") if block else []

    def _without_prefix(self, piece: bytes) -> bytes:
        """Return `piece` without a byte-order mark or the second half of a CR LF."""
        if self._at_start:
            piece = bytes(self._pending + piece)
            self._pending.clear()
            if len(piece) < len(_BOM) and _BOM.startswith(piece):
                self._pending += piece
                return b""
            self._at_start = False
            return piece.removeprefix(_BOM)
        if self._skip_lf and piece:
            self._skip_lf = False
            return piece.removeprefix(b"\n")
        return piece

    def _take(self, piece: bytes) -> list[Event]:
        pending = self._pending
        # Only the new bytes are searched, with the one before them: the search is linear for any split.
        end = _end_of_last_event(pending[-1:] + piece if pending else piece) - bool(pending)
        if end <= 0:
            pending += piece
            return []
        block = piece[:end]
        if pending:
            block = bytes(pending + block)
            pending.clear()
        if piece[end - 1] == _CR:
            if piece[end : end + 1] == b"\n":
                end += 1
            elif end == len(piece):
                self._skip_lf = True
        if end < len(piece):
            pending += piece[end:]
        return self._parse(block)

    def _parse(self, block: bytes) -> list[Event]:
        """Return the events of bytes that end with a blank line."""
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if block.startswith(b"data: ") and len(block) <= self._limit:
            # Nearly every stream is `data: …` and a blank line, over and over. Where these separators account
            # for all line ends, each part is the data of one event.
            parts = block[6:-2].split(b"\n\ndata: ")
            if block.count(b"\n") == 2 * len(parts):
                id_ = self.last_event_id
                return [(part, "message", id_) for part in parts]
        return self._parse_lines(block)

    def _parse_lines(self, block: bytes) -> list[Event]:
        events: list[Event] = []
        data: list[bytes] = []
        name = ""
        size = 0
        for line in block.split(b"\n"):
            size += len(line) + 1
            if size > self._limit + 1:
                self._overflow = True
                return events
            if not line:
                if data:
                    events.append((b"\n".join(data), name or "message", self.last_event_id))
                    data = []
                name = ""
                size = 0
                continue
            field, _, value = line.partition(b":")
            value = value.removeprefix(b" ")
            if field == b"data":
                data.append(value)
            elif field == b"event":
                name = value.decode("utf-8", "replace")
            elif field == b"id":
                if b"\0" not in value:
                    self.last_event_id = value.decode("utf-8", "replace")
            elif field == b"retry" and value.isdigit() and len(value) < _MAX_RETRY_DIGITS:
                self.retry_ms = int(value)
        return events


def _end_of_last_event(window: bytes | bytearray) -> int:
    """Return the index after the last blank line in `window`, or 0."""
    if b"\r" in window:
        last = max(window.rfind(pair) for pair in _BLANK_LINES)
    elif b"\n\n" in window:
        last = window.rfind(b"\n\n")
    else:
        return 0
    return last + 2 if last >= 0 else 0
