"""One stream from the bytes of its body to its chunks, without I/O: what to read for, and when it is over."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from egp._core import json
from egp._core.accumulate import CompletionAccumulator
from egp._core.error_body import body_value
from egp._core.options import StreamOptions
from egp._core.payloads import (
    DONE,
    StreamFailure,
    checked,
    chunk_payload,
    complete_choices,
    no_choice,
    says_something,
    wrong_body,
)
from egp._core.sse import Event, EventDecoder, EventTooLargeError
from egp.errors import APIError, APIResponseValidationError, StreamInterruptedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Chunks"]

T = TypeVar("T")

# Types that servers give to event streams. Under any but the first, the first byte decides.
_EVENT_TYPES = frozenset({"text/event-stream", "text/plain", "application/octet-stream", ""})
_NO_EVENT_BEGINS_WITH = (b"{", b"[", b"<")
_HEAD_BYTES = 8192


class Chunks(Generic[T]):
    """The chunks in the bytes fed so far.

    The driver asks `next()`; while that is None and `ended` is false, it reads up to the instant that
    `limit()` names and calls `feed`, `end` or `fail`.

    Args:
        parse: makes a chunk of the JSON object of an event.
        content_type: the media type of the response.
        options: how to read.
        is_chat: whether the chunks are those of a chat completion; None finds out from the first.
        waited: seconds that the call took until here, which count for `first_token_timeout`.
        clock: seconds that only grow, such as `time.monotonic`.
    """

    __slots__ = (
        "_accumulator",
        "_clock",
        "_content_type",
        "_decoder",
        "_events",
        "_failure",
        "_first_until",
        "_head",
        "_is_chat",
        "_is_tail",
        "_options",
        "_parse",
        "_said_something",
        "_size",
        "_until",
        "_waited",
        "_whole",
        "_without_choice",
        "ended",
        "started",
    )

    def __init__(
        self,
        parse: Callable[[Any], T],
        content_type: str,
        options: StreamOptions = StreamOptions(),  # noqa: B008 - a frozen value
        *,
        is_chat: bool | None = None,
        waited: float = 0.0,
        clock: Callable[[], float],
    ) -> None:
        self._parse = parse
        self._content_type = content_type
        self._options = options
        self._is_chat = is_chat
        self._waited = waited
        self._clock = clock
        self._decoder = EventDecoder(options.max_event_bytes)
        self._accumulator = CompletionAccumulator() if is_chat else None
        self._events: Iterator[Event] = iter(())
        self._is_tail = False
        self._failure: APIError | None = None
        self._head: bytes | None = b""  # the begin of the body, until it turns out to hold chunks
        self._whole: list[bytes] | None = None if content_type in _EVENT_TYPES else []
        self._size = 0
        self._first_until: float | None = None
        self._until: float | None = None
        self._said_something = False
        self._without_choice: dict[str, Any] | None = None
        self.ended = False
        """Nothing more will come."""
        self.started = False
        """A chunk has been given out: from here on, nothing is tried again."""

    @property
    def is_event_stream(self) -> bool:
        """Whether the response says that it may be an event stream."""
        return self._whole is None

    @property
    def accumulator(self) -> CompletionAccumulator | None:
        """What the chunks given out add up to; None where they are not those of a chat completion."""
        return self._accumulator

    def next(self) -> T | None:
        """Return the next chunk; None when more bytes are needed, or `ended`.

        Raises StreamFailure when the stream cannot go on, and the error given to `fail`, after the
        chunks that came before.
        """
        for data, name, _ in self._events:
            if name == "message" and data[:1] == b"{" and not self._is_tail:
                # What nearly every event is, with as little work as can be.
                try:
                    payload = json.decode(data)
                except json.UnreadableError:
                    payload = chunk_payload(data, name)
                if "error" in payload or "choices" not in payload:
                    payload = checked(payload, is_chat=self._is_chat is True)
            else:
                payload = chunk_payload(data, name, is_chat=self._is_chat is True, may_be_cut=self._is_tail)
            if payload is None:
                continue
            if payload is DONE:
                self._check_choice()
                self.ended = True
                return None
            if self._is_chat or (self._is_chat is None and "choices" in payload):
                complete_choices(payload)
                if not payload["choices"] and self._without_choice is None:
                    self._without_choice = payload
            if self._accumulator is not None:
                self._accumulator.add_payload(payload)
            chunk = self._parse(payload)
            if not self._said_something:
                self._begin(payload, chunk)
            self._until = None
            return chunk
        if self._failure is not None:
            raise self._failure
        if self._is_tail:
            self._check_complete()
            self._check_choice()
            self.ended = True
        return None

    def feed(self, piece: bytes) -> None:
        """Take the next bytes of the body."""
        if self._head is not None:
            piece = self._look_at(piece)
        if self._whole is not None:
            self._whole.append(piece)
            self._size += len(piece)
            if self._size > self._options.max_event_bytes:
                self.end()
            return
        try:
            self._events = iter(self._decoder.feed(piece))
        except EventTooLargeError:
            raise self._too_large() from None

    def end(self) -> None:
        """Take note that the body came to its end."""
        if self._whole is not None:
            raise wrong_body(b"".join(self._whole), self._content_type)
        try:
            self._finish()
        except EventTooLargeError:
            raise self._too_large() from None

    def fail(self, error: APIError) -> None:
        """Take note that the body broke off; `next` raises `error` after what had come whole."""
        self._failure = error
        if self._whole is not None:
            error.body = b"".join(self._whole) or None
        else:
            with suppress(EventTooLargeError):
                self._finish()

    def limit(self) -> tuple[float | None, str]:
        """Return the instant until which to wait for bytes, and what to say when it passes."""
        options = self._options
        if not self._said_something and options.first_token_timeout is not None:
            if self._first_until is None:
                self._first_until = self._clock() + options.first_token_timeout - self._waited
            return self._first_until, f"the first token did not come within {options.first_token_timeout:g} s"
        if self.started and options.idle_timeout is not None:
            # Counted from when somebody waits, so that a slow reader is not taken for a slow server.
            if self._until is None:
                self._until = self._clock() + options.idle_timeout
            return self._until, f"the stream was idle for {options.idle_timeout:g} s"
        return None, ""

    def partial(self) -> Any:
        """Return what the chunks given out add up to, where they are those of a chat completion."""
        if self._accumulator is None or not self.started:
            return None
        return self._accumulator.completion()

    def _begin(self, payload: dict[str, Any], chunk: T) -> None:
        self._head = None
        if self._is_chat is None:
            self._is_chat = type(chunk).__name__ == "ChatCompletionChunk"
            if self._is_chat:
                self._accumulator = CompletionAccumulator()
                self._accumulator.add_payload(payload)
        self.started = True
        self._said_something = not self._is_chat or says_something(payload)

    def _look_at(self, piece: bytes) -> bytes:
        """Return the bytes to go on with, once the first of them have shown what the body is."""
        head = (self._head or b"") + piece
        begin = head[:16].lstrip(b"\xef\xbb\xbf \t\r\n")
        if self._content_type != "text/event-stream" and begin.startswith(_NO_EVENT_BEGINS_WITH):
            self._whole = [head[: -len(piece)]]
            self._head = None
        else:
            self._head = head if len(head) < _HEAD_BYTES else None
        return piece

    def _finish(self) -> None:
        self._is_tail = True
        self._events = iter(self._decoder.finish())

    def _check_complete(self) -> None:
        """Raise StreamFailure for a stream that ended without saying so."""
        if self._head and self._head.lstrip().startswith(_NO_EVENT_BEGINS_WITH):
            # Not one chunk came, for the body is not an event stream, whatever its header says.
            raise wrong_body(self._head, self._content_type)
        if self._is_chat is not True or self._options.on_truncated == "ignore":
            return
        if self._accumulator is None or not self._accumulator.is_complete:
            what = "without a chunk" if not self.started else "without [DONE] and without a finish_reason"
            body = body_value(self._head) if self._head else None
            raise StreamFailure(StreamInterruptedError, f"the stream ended {what}: the answer is cut", body)

    def _check_choice(self) -> None:
        """Raise StreamFailure for the stream of a chat that had no choice: nothing was answered."""
        if self._accumulator is not None and not self._accumulator.has_choices:
            raise no_choice(self._without_choice)

    def _too_large(self) -> StreamFailure:
        limit = self._options.max_event_bytes
        return StreamFailure(
            APIResponseValidationError, f"an event has more than {limit} bytes (max_event_bytes)", None
        )
