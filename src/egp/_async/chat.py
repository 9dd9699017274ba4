"""Chat completions: `client.chat.completions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast, overload

from egp._async.events import AsyncEventStreaming
from egp._async.parse import AsyncParsing
from egp._async.run_tools import AsyncToolRunning

if TYPE_CHECKING:
    from typing import Unpack

    from egp_api.models import ChatCompletion, ChatCompletionChunk, ChatModelList

    from egp._async.session import AsyncSession
    from egp._async.stream import AsyncStream
    from egp._options import CreateOptions, ModelsOptions, StreamCreateOptions
    from egp._responses import RawResponse

__all__ = ["AsyncChat", "AsyncCompletions", "AsyncRawCompletions"]


class AsyncChat:
    """`client.chat`."""

    __slots__ = ("_session",)

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    @property
    def completions(self) -> AsyncCompletions:
        """Chat completions."""
        return AsyncCompletions(self._session)


class AsyncCompletions(AsyncParsing, AsyncEventStreaming, AsyncToolRunning):
    """`client.chat.completions`."""

    __slots__ = ("_session",)

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    @property
    def with_raw_response(self) -> AsyncRawCompletions:
        """The same methods, returning a `RawResponse`: status, headers, and the result at `parse()`."""
        return AsyncRawCompletions(self._session)

    @overload
    async def create(
        self, *, stream: Literal[False] | None = None, **keywords: Unpack[CreateOptions]
    ) -> ChatCompletion: ...
    @overload
    async def create(
        self, *, stream: Literal[True], **keywords: Unpack[StreamCreateOptions]
    ) -> AsyncStream[ChatCompletionChunk]: ...
    @overload
    async def create(
        self, *, stream: bool, **keywords: Unpack[StreamCreateOptions]
    ) -> ChatCompletion | AsyncStream[ChatCompletionChunk]: ...
    async def create(self, *, stream: bool | None = None, **keywords: Any) -> Any:
        """Ask a model for the next message of a conversation.

        Keyword arguments are the request fields defined in openapi.yaml: `model`, `messages`, and the
        settings of the model. Fields that the contract does not know go through `extra_body`. `None` is sent
        as null; `egp.UNSET` is not sent. Each call also takes `extra_headers`, `extra_query`, `timeout`,
        `deadline` and `max_retries`, and with `stream=True` `first_token_timeout`, `idle_timeout`,
        `on_truncated` and `max_event_bytes`.

        Returns:
            The whole answer; with `stream=True`, the stream of its chunks.

        Raises:
            APIStatusError: the server refused or failed; its subclass names the status. 408, 409, 429 and
                5xx were retried before.
            APIConnectionError: no answer, or not all of it; APITimeoutError where time ran out.
            APIResponseValidationError: an answer came, but no chat completion.
            EGPError: the request cannot be sent as it is; nothing was sent.
        """
        return (await self._session.calls.create(stream, keywords)).parse()

    async def models(self, **keywords: Unpack[ModelsOptions]) -> ChatModelList:
        """List the models that chat completions can be asked of.

        An empty list may also mean that the service could not read its catalogue. The call is retried as
        `create` is, and raises the same errors.
        """
        return (await self._session.calls.models(cast("dict[str, Any]", keywords))).parse()


class AsyncRawCompletions:
    """`client.chat.completions.with_raw_response`."""

    __slots__ = ("_session",)

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    @overload
    async def create(
        self, *, stream: Literal[False] | None = None, **keywords: Unpack[CreateOptions]
    ) -> RawResponse[ChatCompletion]: ...
    @overload
    async def create(
        self, *, stream: Literal[True], **keywords: Unpack[StreamCreateOptions]
    ) -> RawResponse[AsyncStream[ChatCompletionChunk]]: ...
    @overload
    async def create(
        self, *, stream: bool, **keywords: Unpack[StreamCreateOptions]
    ) -> RawResponse[ChatCompletion] | RawResponse[AsyncStream[ChatCompletionChunk]]: ...
    async def create(self, *, stream: bool | None = None, **keywords: Any) -> Any:
        """Make the call of `Completions.create`."""
        return await self._session.calls.create(stream, keywords)

    async def models(self, **keywords: Unpack[ModelsOptions]) -> RawResponse[ChatModelList]:
        """Make the call of `Completions.models`."""
        return await self._session.calls.models(cast("dict[str, Any]", keywords))
