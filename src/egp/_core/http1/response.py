"""One response from the bytes of a connection: head, framing and content-encoding together, without I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from egp._core.failures import ConnectionEndedError, UndecodableError
from egp._core.http1.content_encoding import Inflater, inflater
from egp._core.http1.head import Head, HeadReader, plain_head

if TYPE_CHECKING:
    from egp._core.http1.body import Body

__all__ = ["ResponseParser"]


class ResponseParser:
    """Takes what the connection gives, and gives the head and the decoded body."""

    __slots__ = (
        "_body",
        "_fault",
        "_inflater",
        "_method",
        "_reader",
        "_rest",
        "has_begun",
        "has_more",
        "head",
    )

    _body: Body

    def __init__(self, method: str) -> None:
        self._method = method
        self._reader: HeadReader | None = None
        self._inflater: Inflater | None = None
        self._rest = b""
        self._fault: Exception | None = None
        self.head: Head | None = None
        self.has_begun = False
        """Whether any byte of the response has come."""
        self.has_more = False
        """Whether `next_data` has something: decoded bytes, or the fault that comes after them."""

    def feed_head(self, data: bytes) -> Head | None:
        """Return the head, once it is in. Raises as `HeadReader.feed` does."""
        self.has_begun = self.has_begun or bool(data)
        found = plain_head(data, self._method) if self._reader is None else None
        if found is None:
            self._reader = self._reader or HeadReader(self._method)
            found = self._reader.feed(data)
        if found is None:
            return None
        self.head, self._rest = found
        head = self.head
        self._body = head.body
        return head

    def whole_body(self) -> bytes | None:
        """Return the body where all of it has come with the head, as it is; None where it is to be read.

        Most answers come so. It saves each of them the steps of reading piece by piece.
        """
        head, rest = self.head, self._rest
        if head is None or head.body.size != len(rest) or "content-encoding" in head.headers.joined:
            return None
        self._rest = b""
        return head.body.feed(rest)

    def start_body(self) -> bytes:
        """Return the decoded part of the body that came with the head; raises as `feed_body` does."""
        head = self.head
        if head is not None and "content-encoding" in head.headers.joined:
            self._inflater = inflater(head.headers)
        rest, self._rest = self._rest, b""
        return self.feed_body(rest) if rest or self._body.is_complete else b""

    def feed_body(self, data: bytes) -> bytes:
        """Return the decoded bytes of the body in these, or the first piece of them.

        Raises `MalformedResponseError` or `UndecodableError`, but only after what came whole before it.
        """
        body = self._body
        framed = body.feed(data)
        self._fault = body.fault
        if self._inflater is None:
            self.has_more = self._fault is not None
            return framed or self.next_data()
        self._inflater.feed(framed)
        self.has_more = True
        return self.next_data()

    def next_data(self) -> bytes:
        """Return the next decoded bytes of what was fed, empty when there are none; raise as `feed_body`."""
        if not self.has_more:
            return b""
        if self._inflater is not None:
            decoded = self._inflater.next()
            if decoded:
                return decoded
        self.has_more = False
        if self._fault is not None:
            raise self._fault
        if self._inflater is not None and self._body.is_complete:
            self._inflater.end()
        return b""

    def end(self) -> None:
        """Take note that the connection has ended; raise `ConnectionEndedError` where the body has not."""
        self._body.end()
        if self._inflater is not None:
            try:
                self._inflater.end()
            except UndecodableError as cut:
                # The framing does not tell: the body lasts until the connection ends.
                raise ConnectionEndedError(str(cut)) from None

    @property
    def is_complete(self) -> bool:
        """Whether the whole body has come, and nothing of it is held back."""
        return self.head is not None and self._body.is_complete and not self.has_more

    @property
    def is_reusable(self) -> bool:
        """Whether the connection may carry another request."""
        head = self.head
        if head is None or self.has_more:
            return False
        return head.keeps_alive and head.body.is_complete and not head.body.excess
