"""What the two streams share: all but waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from egp._core.chunks import Chunks
from egp._core.response import ResponseProperties
from egp.errors import APIError, EGPError

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx
    from egp_api.models import ChatCompletion

    from egp._core.accumulate import CompletionAccumulator
    from egp._core.context import CallContext
    from egp._core.options import StreamOptions
    from egp._core.payloads import StreamFailure
    from egp._core.response import ResponseHead
    from egp._io._async.response import AsyncStreamResponse
    from egp._io._sync.response import StreamResponse

__all__ = ["BaseStream"]

T = TypeVar("T")
R = TypeVar("R", bound="AsyncStreamResponse | StreamResponse")


class BaseStream(ResponseProperties, Generic[T, R]):
    """The state of a stream: its response, its chunks, and whether it is closed."""

    _response: R
    _chunks: Chunks[T]
    head: ResponseHead
    context: CallContext
    # The class alone: an error holds frames, and these would hold the stream.
    failure: type[BaseException] | None = None
    """The class of the error that ended the stream; None where none did."""
    is_dropped = False
    """Whether it was closed when a loop over it was left: by a finalizer, which may take no lock."""

    def __init__(self, parse: Callable[[Any], T], options: StreamOptions, *, is_chat: bool | None) -> None:
        self._parse = parse
        self._options = options
        self._is_chat = is_chat
        self._is_closed = False
        self.on_close: Callable[[Any], None] | None = None
        """Called once, when the stream is at its end, has failed, or is closed before; must take no lock."""
        self._is_being_read = False

    def _begin(self, response: R) -> None:
        self._response = response
        self.head = response.head
        self.context = response.context
        attempts = self.attempts
        self._chunks = Chunks(
            self._parse,
            self.head.content_type,
            self._options,
            is_chat=self._is_chat,
            waited=attempts[-1].duration if attempts else 0.0,
            clock=self.context.clock.monotonic,
        )

    @property
    def response(self) -> httpx.Response:
        """The response as an `httpx.Response` without a body; its request has neither key nor prompt."""
        return self.http_response

    @property
    def is_ended(self) -> bool:
        """Whether all of the stream was read."""
        return self._chunks.ended

    def partial(self) -> Any:
        """Return what the chunks so far add up to; None where that is nothing, or no chat completion."""
        return self._chunks.partial()

    def _mark_closed(self) -> None:
        self._is_closed = True
        if self.on_close is not None:
            self.on_close(self)

    def _refuse_second_reader(self) -> NoReturn:
        raise EGPError("the stream is being read elsewhere: one task or thread at a time takes its chunks")

    def _refuse_if_broken_off(self) -> None:
        """Raise an error for a stream that was closed early, other than by `close()` or an error of its own.

        Whoever reads on would take the part for the whole.
        """
        if self.is_dropped:
            how = "the loop over it was left; chunks that next() or anext() takes leave it open"
        elif self.failure is not None and not issubclass(self.failure, APIError):
            how = f"reading it was broken off by {self.failure.__name__}"
        else:
            return
        raise EGPError(f"the stream was closed before its end, when {how}")

    def _error(self, failure: StreamFailure) -> APIError:
        return self.context.error(failure.kind, failure.message, body=failure.body)

    def _with_partial(self, error: APIError) -> APIError:
        error.partial = self._chunks.partial()
        return error

    @property
    def accumulator(self) -> CompletionAccumulator:
        """The sum of the chunks so far. Raises `EGPError` for a stream of another operation than chat."""
        accumulator = self._chunks.accumulator
        if accumulator is None:
            raise EGPError("this is not the stream of a chat completion")
        return accumulator

    def _completion(self) -> ChatCompletion:
        accumulator = self.accumulator
        if not self._chunks.ended:
            raise EGPError(
                "the stream was closed before its end: the accumulated part is not the whole answer"
            )
        completion = accumulator.completion()
        completion.response_info = self.response_info
        return completion

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} is neither pickled nor copied: it holds a connection")

    def __repr__(self) -> str:
        state = "ended" if self._chunks.ended else "closed" if self._is_closed else "open"
        return f"<{type(self).__name__} {self.status_code} {state}, request id {self.request_id}>"
