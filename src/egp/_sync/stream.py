# Made by scripts/unasync from src/egp/_async/stream.py: edit that file, then run the script.
"""Streams: the chunks of an answer while it is being made."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar
from weakref import ref

from egp._core.options import StreamOptions
from egp._core.payloads import StreamFailure
from egp._stream import BaseStream
from egp.errors import APIError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from egp_api.models import ChatCompletion, ChatCompletionChunk

    from egp._core.chunks import Chunks
    from egp._io._sync.response import StreamResponse

__all__ = ["Stream"]

T = TypeVar("T")


class Stream(BaseStream[T, "StreamResponse"]):
    """The chunks of an answer, each as soon as its last byte is in.

    Iterate over it, best in a `with` block. Leaving the loop or the block, or `close()`, frees the
    connection; take single chunks with `next(stream)` to go on afterwards. A cancelled task leaves no
    connection open.

    Raises while it is read:
        APIStreamError: the server reported an error. Before the first chunk, one in the shape of a 429 or 5xx
            is retried under the call's budget.
        StreamInterruptedError: the connection broke, or the stream ended without `[DONE]` and without a
            `finish_reason` for every choice (`on_truncated="ignore"` takes that for the end). `partial` has
            the completion so far.
        APITimeoutError: a timeout or the deadline ran out, with `partial` as well.
        APIResponseValidationError: an event cannot be read, or is larger than `max_event_bytes`.
    """

    def __init__(
        self,
        response: StreamResponse,
        parse: Callable[[Any], T],
        options: StreamOptions = StreamOptions(),  # noqa: B008 - a frozen value
        *,
        is_chat: bool | None = None,
    ) -> None:
        super().__init__(parse, options, is_chat=is_chat)
        # Set while a loop over the stream has not come to its end.
        self._loop: ref[Any] | None = None
        self._begin(response)

    def __iter__(self) -> _Loop[T]:
        loop = _Loop(self)
        self._loop = ref(loop, _async_abandoner(self))
        return loop

    def __next__(self) -> T:
        chunk = self._advance()
        if chunk is None:
            raise StopIteration
        return chunk

    def _advance(self, *, until_events: bool = False) -> T | None:
        if self._is_being_read:
            self._refuse_second_reader()
        self._is_being_read = True
        chunks: Chunks[T] = self._chunks
        try:
            while not self._is_closed:
                if until_events and chunks.is_event_stream:
                    return None
                try:
                    chunk = chunks.next()
                    if chunk is not None:
                        return chunk
                    if chunks.ended:
                        break
                    self._read()
                except StreamFailure as failure:
                    self._retry_or_raise(failure)
                    chunks = self._chunks
                except APIError as error:
                    self.failure = type(error)
                    self.close()
                    raise self._with_partial(error) from error.__cause__
                except BaseException as error:
                    self.failure = self.failure or type(error)
                    self.abandon()
                    raise
            self._finish()
            return None
        finally:
            self._is_being_read = False

    def _finish(self) -> None:
        if self._is_closed:
            self._refuse_if_broken_off()
            return
        # Nothing is left to be given up when the loop is dropped, and no finalizer runs.
        self._loop = None
        self._mark_closed()
        self._response.finish()

    def _read(self) -> None:
        until, otherwise = self._chunks.limit()
        try:
            piece = self._response.read(until, otherwise)
        except APIError as error:
            self._chunks.fail(error)
            return
        if piece:
            self._chunks.feed(piece)
        else:
            self._chunks.end()

    def _retry_or_raise(self, failure: StreamFailure) -> None:
        error = self._error(failure)
        if self._chunks.started or failure.status is None:
            self.failure = type(error)
            self.close()
            raise self._with_partial(error) from None
        try:
            self._begin(self._response.retry(error, failure.status))
        except BaseException as last:
            self.failure = type(last)
            self.abandon()
            # Without what it comes from: the event that made the call be made again.
            raise last from last.__cause__

    def read_bytes(self) -> bytes:
        """Return the next bytes of the body as they come, content-decoded; empty at its end.

        For those who read the stream by bytes alone: what is taken here gives no chunk.
        """
        if self._is_being_read:
            self._refuse_second_reader()
        self._is_being_read = True
        try:
            piece = b"" if self._is_closed else self._response.read()
        except APIError as error:
            self.failure = type(error)
            self.close()
            raise
        except BaseException as error:
            self.failure = type(error)
            self.abandon()
            raise
        finally:
            self._is_being_read = False
        if not piece:
            self._finish()
        return piece

    def require_events(self) -> None:
        """Read a body that is not an event stream at once, for the error that it is."""
        self._advance(until_events=True)

    def get_final_completion(self: Stream[ChatCompletionChunk]) -> ChatCompletion:
        """Read to the end and return what all chunks add up to, those taken before included.

        See `CompletionAccumulator` for how fields are put together.
        """
        while self._advance() is not None:
            pass
        return self._completion()

    def close(self) -> None:
        """Free the connection. More than once is harmless; a closed stream gives no more chunks."""
        if not self._is_closed:
            self._mark_closed()
            self._response.close()

    def abandon(self, *, is_dropped: bool = False) -> None:
        """Free the connection at once, where nothing can be awaited and no lock may be taken."""
        if not self._is_closed:
            self.is_dropped = is_dropped
            self._mark_closed()
            self._response.abandon()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Loop(Generic[T]):
    """One loop over a stream. A loop that is left drops it, and nothing else tells of that.

    Not a generator, whose `finally` the garbage collector may run at any moment.
    """

    __slots__ = ("__weakref__", "_stream")

    def __init__(self, stream: Stream[T]) -> None:
        self._stream = stream

    def __iter__(self) -> _Loop[T]:
        return self

    def __next__(self) -> T:
        # Its own coroutine holds the loop, which nobody else may hold: `next(iter(stream))`.
        chunk = self._stream._advance()  # noqa: SLF001 - by __next__, each chunk would cost a call more
        if chunk is None:
            raise StopIteration
        return chunk


def _async_abandoner(stream: Stream[Any]) -> Callable[[object], None]:
    """Return what is called when the loop over a stream is dropped; it does not keep the stream.

    No `__del__`, which would run after a loop that came to its end, too, for an interrupt to get lost in.
    """
    stream_ref = ref(stream)

    def abandon(_: object, is_ending: Callable[[], bool] = sys.is_finalizing) -> None:
        left = stream_ref()
        if left is not None and not is_ending():
            left.abandon(is_dropped=True)

    return abandon
