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
    from egp._io._async.response import AsyncStreamResponse

__all__ = ["AsyncStream"]

T = TypeVar("T")


class AsyncStream(BaseStream[T, "AsyncStreamResponse"]):
    """The chunks of an answer, each as soon as its last byte is in.

    Iterate over it, best in a `with` block. Leaving the loop or the block, or `close()`, frees the
    connection; take single chunks with `anext(stream)` to go on afterwards. A cancelled task leaves no
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
        response: AsyncStreamResponse,
        parse: Callable[[Any], T],
        options: StreamOptions = StreamOptions(),  # noqa: B008 - a frozen value
        *,
        is_chat: bool | None = None,
    ) -> None:
        super().__init__(parse, options, is_chat=is_chat)
        # Set while a loop over the stream has not come to its end.
        self._loop: ref[Any] | None = None
        self._begin(response)

    def __aiter__(self) -> _AsyncLoop[T]:
        loop = _AsyncLoop(self)
        self._loop = ref(loop, _async_abandoner(self))
        return loop

    async def __anext__(self) -> T:
        chunk = await self._advance()
        if chunk is None:
            raise StopAsyncIteration
        return chunk

    async def _advance(self, *, until_events: bool = False) -> T | None:
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
                    await self._read()
                except StreamFailure as failure:
                    await self._retry_or_raise(failure)
                    chunks = self._chunks
                except APIError as error:
                    self.failure = type(error)
                    await self.close()
                    raise self._with_partial(error) from error.__cause__
                except BaseException as error:
                    self.failure = self.failure or type(error)
                    self.abandon()
                    raise
            await self._finish()
            return None
        finally:
            self._is_being_read = False

    async def _finish(self) -> None:
        if self._is_closed:
            self._refuse_if_broken_off()
            return
        # Nothing is left to be given up when the loop is dropped, and no finalizer runs.
        self._loop = None
        self._mark_closed()
        await self._response.finish()

    async def _read(self) -> None:
        until, otherwise = self._chunks.limit()
        try:
            piece = await self._response.read(until, otherwise)
        except APIError as error:
            self._chunks.fail(error)
            return
        if piece:
            self._chunks.feed(piece)
        else:
            self._chunks.end()

    async def _retry_or_raise(self, failure: StreamFailure) -> None:
        error = self._error(failure)
        if self._chunks.started or failure.status is None:
            self.failure = type(error)
            await self.close()
            raise self._with_partial(error) from None
        try:
            self._begin(await self._response.retry(error, failure.status))
        except BaseException as last:
            self.failure = type(last)
            self.abandon()
            # Without what it comes from: the event that made the call be made again.
            raise last from last.__cause__

    async def read_bytes(self) -> bytes:
        """Return the next bytes of the body as they come, content-decoded; empty at its end.

        For those who read the stream by bytes alone: what is taken here gives no chunk.
        """
        if self._is_being_read:
            self._refuse_second_reader()
        self._is_being_read = True
        try:
            piece = b"" if self._is_closed else await self._response.read()
        except APIError as error:
            self.failure = type(error)
            await self.close()
            raise
        except BaseException as error:
            self.failure = type(error)
            self.abandon()
            raise
        finally:
            self._is_being_read = False
        if not piece:
            await self._finish()
        return piece

    async def require_events(self) -> None:
        """Read a body that is not an event stream at once, for the error that it is."""
        await self._advance(until_events=True)

    async def get_final_completion(self: AsyncStream[ChatCompletionChunk]) -> ChatCompletion:
        """Read to the end and return what all chunks add up to, those taken before included.

        See `CompletionAccumulator` for how fields are put together.
        """
        while await self._advance() is not None:
            pass
        return self._completion()

    async def close(self) -> None:
        """Free the connection. More than once is harmless; a closed stream gives no more chunks."""
        if not self._is_closed:
            self._mark_closed()
            await self._response.aclose()

    def abandon(self, *, is_dropped: bool = False) -> None:
        """Free the connection at once, where nothing can be awaited and no lock may be taken."""
        if not self._is_closed:
            self.is_dropped = is_dropped
            self._mark_closed()
            self._response.abandon()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class _AsyncLoop(Generic[T]):
    """One loop over a stream. A loop that is left drops it, and nothing else tells of that.

    Not a generator, whose `finally` the garbage collector may run at any moment.
    """

    __slots__ = ("__weakref__", "_stream")

    def __init__(self, stream: AsyncStream[T]) -> None:
        self._stream = stream

    def __aiter__(self) -> _AsyncLoop[T]:
        return self

    async def __anext__(self) -> T:
        # Its own coroutine holds the loop, which nobody else may hold: `await anext(aiter(stream))`.
        chunk = await self._stream._advance()  # noqa: SLF001 - by __anext__, each chunk would cost a call more
        if chunk is None:
            raise StopAsyncIteration
        return chunk


def _async_abandoner(stream: AsyncStream[Any]) -> Callable[[object], None]:
    """Return what is called when the loop over a stream is dropped; it does not keep the stream.

    No `__del__`, which would run after a loop that came to its end, too, for an interrupt to get lost in.
    """
    stream_ref = ref(stream)

    def abandon(_: object, is_ending: Callable[[], bool] = sys.is_finalizing) -> None:
        left = stream_ref()
        if left is not None and not is_ending():
            left.abandon(is_dropped=True)

    return abandon
