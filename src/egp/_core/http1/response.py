"""One response from the bytes of a connection: head, framing and content-encoding together, without I/O."""

from __future__ import annotations

from egp._core.http1.content_encoding import Inflater, inflater
from egp._core.http1.head import Head, HeadReader

__all__ = ["ResponseParser"]


class ResponseParser:
    """Takes what the connection gives, and gives the head and the decoded body."""

    __slots__ = ("_inflater", "_reader", "_rest", "head")

    def __init__(self, method: str) -> None:
        self._reader = HeadReader(method)
        self._inflater: Inflater | None = None
        self._rest = b""
        self.head: Head | None = None

    @property
    def has_begun(self) -> bool:
        """Whether any byte of the response has come."""
        return self._reader.has_bytes

    def feed_head(self, data: bytes) -> Head | None:
        """The head, once it is in. Raises `ProtocolError`."""
        found = self._reader.feed(data)
        if found is None:
            return None
        self.head, self._rest = found
        return self.head

    def start_body(self) -> bytes:
        """The decoded part of the body that came with the head; raises as `feed_body` does."""
        head = self._known_head()
        self._inflater = inflater(head.headers)
        rest, self._rest = self._rest, b""
        return self.feed_body(rest) if rest or head.body.is_complete else b""

    def feed_body(self, data: bytes) -> bytes:
        """The decoded bytes of the body in these; raises `ProtocolError` or `UndecodableError`."""
        body = self._known_head().body
        decoded = body.feed(data)
        if self._inflater is not None:
            decoded = self._inflater.feed(decoded)
            if body.is_complete:
                self._inflater.end()
        return decoded

    def end(self) -> None:
        """The connection has ended; raises `ProtocolError` or `UndecodableError` where the body has not."""
        self._known_head().body.end()
        if self._inflater is not None:
            self._inflater.end()

    @property
    def is_complete(self) -> bool:
        """Whether the whole body has come."""
        return self.head is not None and self.head.body.is_complete

    @property
    def is_reusable(self) -> bool:
        """Whether the connection may carry another request."""
        head = self.head
        return head is not None and head.keeps_alive and head.body.is_complete and not head.body.excess

    def _known_head(self) -> Head:
        if self.head is None:
            raise RuntimeError("the head of the response has not come yet")
        return self.head
