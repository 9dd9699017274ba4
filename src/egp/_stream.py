"""Streams: the chunks of an answer while it is being made."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Self, TypeVar

from egp._core.answer import info_of
from egp._core.chunks import DEFAULT_OPTIONS, Chunks, StreamOptions
from egp._core.events import Problem
from egp.errors import APIError, EGPError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    import httpx
    from egp_api.models import ChatCompletion, ChatCompletionChunk

    from egp._core.headers import Headers
    from egp._io.asynchronous import AsyncStreamReply
    from egp._io.sync import StreamReply
    from egp.errors import Attempt

__all__ = ["AsyncStream", "Stream"]

T = TypeVar("T")
R = TypeVar("R", bound="StreamReply | AsyncStreamReply")


class _Course(Generic[T, R]):
    """What the two streams share: all but waiting."""

    def __init__(
        self,
        reply: R,
        parse: Callable[[Any], T],
        options: StreamOptions | None = None,
        *,
        is_chat: bool | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.reply = reply
        self._parse = parse
        self._options = DEFAULT_OPTIONS if options is None else options
        self._clock = clock
        self._is_chat = is_chat
        self._is_closed = False
        self._is_being_read = False
        self._begin()

    def _begin(self) -> None:
        attempts = self.reply.attempts
        self._chunks = Chunks(
            self._parse,
            self.reply.content_type,
            self._options,
            is_chat=self._is_chat,
            waited=attempts[-1].duration if attempts else 0.0,
            clock=self._clock,
        )

    @property
    def response(self) -> httpx.Response:
        """Status and headers of the response, as httpx has them; its request has neither key nor prompt."""
        return self.reply.http_response()

    @property
    def status_code(self) -> int:
        """The HTTP status of the response."""
        return self.reply.status

    @property
    def headers(self) -> Headers:
        """The headers of the response, with those about rate limits; values of secret ones are redacted."""
        return self.reply.headers

    @property
    def request_id(self) -> str | None:
        """The server's id of the request, from `x-request-id`; None where it gave none."""
        return self.reply.request_id

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every attempt made, with its status and the wait after it."""
        return self.reply.attempts

    def _enter(self) -> None:
        if self._is_being_read:
            raise EGPError(
                "the stream is being read elsewhere: one task or thread at a time takes its chunks"
            )
        self._is_being_read = True

    def _error(self, problem: Problem) -> APIError:
        return self.reply.error(problem.kind, problem.message, body=problem.body)

    def _with_partial(self, error: APIError) -> APIError:
        error.partial = self._chunks.partial()
        return error

    def _completion(self) -> ChatCompletion:
        accumulator = self._chunks.accumulator
        if accumulator is None:
            raise EGPError("this is not the stream of a chat completion")
        if not self._chunks.ended:
            raise EGPError(
                "the stream was closed before its end; the accumulated part is not the whole answer"
            )
        completion = accumulator.completion()
        completion.response_info = info_of(self.reply)
        return completion

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} is neither pickled nor copied: it holds a connection")

    def __repr__(self) -> str:
        state = "ended" if self._chunks.ended else "closed" if self._is_closed else "open"
        return f"<{type(self).__name__} {self.status_code} {state}, request id {self.request_id}>"


class Stream(_Course[T, "StreamReply"]):
    """The chunks of an answer, each as soon as its last byte is in.

    Iterate over it, best in a `with` block. Leaving the loop or the block, or `close()`, frees the
    connection; use `next(stream)` to take single chunks and go on afterwards.

    Raises while it is read:
        APIStreamError: the server reported an error. Before the first chunk, one in the shape of a 429 or 5xx
            is retried under the call's budget.
        StreamInterruptedError: the connection broke, or the stream ended without `[DONE]` and without a
            `finish_reason` for every choice (`on_truncated="ignore"` takes that for the end). `partial` has
            the completion so far.
        APITimeoutError: a timeout or the deadline ran out, with `partial` as well.
        APIResponseValidationError: an event cannot be read, or is larger than `max_event_bytes`.
    """

    def __iter__(self) -> Iterator[T]:
        return _Loop(self)

    def __next__(self) -> T:
        chunk = self._advance()
        if chunk is None:
            raise StopIteration
        return chunk

    def _advance(self, *, until_events: bool = False) -> T | None:
        self._enter()
        try:
            while not self._is_closed:
                if until_events and self._chunks.is_event_stream:
                    return None
                try:
                    chunk = self._chunks.next()
                    if chunk is not None:
                        return chunk
                    if self._chunks.ended:
                        break
                    self._read()
                except Problem as problem:
                    self._retry_or_raise(problem)
                except APIError as error:
                    self.close()
                    raise self._with_partial(error) from error.__cause__
                except BaseException:
                    self.close()
                    raise
            self._finish()
            return None
        finally:
            self._is_being_read = False

    def _finish(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self.reply.finish()

    def _read(self) -> None:
        until, otherwise = self._chunks.limit()
        try:
            piece = self.reply.read(until, otherwise)
        except APIError as error:
            self._chunks.fail(error)
            return
        if piece:
            self._chunks.feed(piece)
        else:
            self._chunks.end()

    def _retry_or_raise(self, problem: Problem) -> None:
        error = self._error(problem)
        if self._chunks.started or problem.status is None:
            self.close()
            raise self._with_partial(error) from None
        try:
            self.reply = self.reply.retry(error, problem.status)
        except BaseException:
            self.close()
            raise
        self._begin()

    def require_events(self) -> None:
        """Read a body that is no event stream at once, for the error that it is."""
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
            self._is_closed = True
            self.reply.close()

    def abandon(self) -> None:
        """Free the connection at once, from a finalizer."""
        if not self._is_closed:
            self._is_closed = True
            self.reply.abandon()

    def __del__(self) -> None:
        # A stream that is dropped unread still holds a connection, which would be missed.
        with suppress(Exception):
            self.abandon()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Loop(Generic[T]):
    """One `for` over a stream. A loop that is left drops it, and nothing else tells of that.

    Not a generator, whose `finally` the garbage collector may run while this thread holds the pool's lock.
    """

    __slots__ = ("_stream",)

    def __init__(self, stream: Stream[T]) -> None:
        self._stream = stream

    def __iter__(self) -> _Loop[T]:
        return self

    def __next__(self) -> T:
        return next(self._stream)

    def __del__(self) -> None:
        with suppress(Exception):
            self._stream.abandon()


class AsyncStream(_Course[T, "AsyncStreamReply"]):
    """The chunks of an answer, each as soon as its last byte is in.

    Iterate over it with `async for`, best in an `async with` block. Leaving the loop or the block, or
    `await close()`, frees the connection; use `await anext(stream)` to take single chunks and go on
    afterwards. What it raises is what `Stream` raises; a cancelled task leaves no connection open.
    """

    def __aiter__(self) -> _AsyncLoop[T]:
        return _AsyncLoop(self)

    async def __anext__(self) -> T:
        chunk = await self._advance()
        if chunk is None:
            raise StopAsyncIteration
        return chunk

    async def _advance(self, *, until_events: bool = False) -> T | None:
        self._enter()
        try:
            while not self._is_closed:
                if until_events and self._chunks.is_event_stream:
                    return None
                try:
                    chunk = self._chunks.next()
                    if chunk is not None:
                        return chunk
                    if self._chunks.ended:
                        break
                    await self._read()
                except Problem as problem:
                    await self._retry_or_raise(problem)
                except APIError as error:
                    await self.close()
                    raise self._with_partial(error) from error.__cause__
                except BaseException:
                    self.abandon()
                    raise
            await self._finish()
            return None
        finally:
            self._is_being_read = False

    async def _finish(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            await self.reply.finish()

    async def _read(self) -> None:
        until, otherwise = self._chunks.limit()
        try:
            piece = await self.reply.read(until, otherwise)
        except APIError as error:
            self._chunks.fail(error)
            return
        if piece:
            self._chunks.feed(piece)
        else:
            self._chunks.end()

    async def _retry_or_raise(self, problem: Problem) -> None:
        error = self._error(problem)
        if self._chunks.started or problem.status is None:
            await self.close()
            raise self._with_partial(error) from None
        try:
            self.reply = await self.reply.retry(error, problem.status)
        except BaseException:
            self.abandon()
            raise
        self._begin()

    async def require_events(self) -> None:
        """Read a body that is no event stream at once, for the error that it is."""
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
            self._is_closed = True
            await self.reply.aclose()

    def abandon(self) -> None:
        """Free the connection at once, where nothing can be awaited."""
        if not self._is_closed:
            self._is_closed = True
            self.reply.abort()

    def __del__(self) -> None:
        # A stream that is dropped unread still holds a connection, which would be missed.
        with suppress(Exception):
            self.abandon()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class _AsyncLoop(Generic[T]):
    """One `async for` over a stream. A loop that is left drops it, and nothing else tells of that."""

    __slots__ = ("_stream",)

    def __init__(self, stream: AsyncStream[T]) -> None:
        self._stream = stream

    def __aiter__(self) -> _AsyncLoop[T]:
        return self

    async def __anext__(self) -> T:
        # Its own coroutine holds the loop, which nobody else may hold: `await anext(aiter(stream))`.
        return await self._stream.__anext__()

    def __del__(self) -> None:
        with suppress(Exception):
            self._stream.abandon()
