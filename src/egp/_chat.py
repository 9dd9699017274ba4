"""Chat completions: `client.chat.completions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast, overload

if TYPE_CHECKING:
    from typing import Unpack

    from egp_api.models import ChatCompletion, ChatCompletionChunk, ChatModelList

    from egp._client import AsyncClient, Client
    from egp._keywords import CreateKeywords, ModelsKeywords, StreamKeywords
    from egp._raw import RawResponse
    from egp._stream import AsyncStream, Stream

__all__ = ["AsyncChat", "AsyncCompletions", "Chat", "Completions"]


class Chat:
    """`client.chat`."""

    __slots__ = ("_client",)

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def completions(self) -> Completions:
        """Chat completions."""
        return Completions(self._client)


class AsyncChat:
    """`client.chat`."""

    __slots__ = ("_client",)

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    @property
    def completions(self) -> AsyncCompletions:
        """Chat completions."""
        return AsyncCompletions(self._client)


class Completions:
    """`client.chat.completions`."""

    __slots__ = ("_client",)

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def with_raw_response(self) -> RawCompletions:
        """The same methods, giving a `RawResponse`: status, headers, request id; the result at `parse()`."""
        return RawCompletions(self._client)

    @overload
    def create(
        self, *, stream: Literal[False] | None = None, **keywords: Unpack[CreateKeywords]
    ) -> ChatCompletion: ...
    @overload
    def create(
        self, *, stream: Literal[True], **keywords: Unpack[StreamKeywords]
    ) -> Stream[ChatCompletionChunk]: ...
    @overload
    def create(
        self, *, stream: bool, **keywords: Unpack[StreamKeywords]
    ) -> ChatCompletion | Stream[ChatCompletionChunk]: ...
    def create(self, *, stream: bool | None = None, **keywords: Any) -> Any:
        """Ask a model for the next message of a conversation.

        The keywords are the fields of the request, typed from the contract: `model`, `messages`, and
        whatever else the model should mind. Fields that the contract does not know go through `extra_body`.
        `None` is sent as null; `egp.UNSET` is not sent. Each call also takes `extra_headers`,
        `extra_query`, `timeout`, `deadline` and `max_retries`, and with `stream=True`
        `first_token_timeout`, `idle_timeout`, `on_truncated` and `max_event_bytes`.

        Returns:
            The whole answer; with `stream=True`, the stream of its chunks.

        Raises:
            APIStatusError: the server refused or failed; its subclass names the status. 408, 409, 429 and
                5xx were tried again before.
            APIConnectionError: no answer, or not all of it; APITimeoutError where time ran out.
            APIResponseValidationError: an answer came, but no chat completion.
            EGPError: the request cannot be sent as it is; nothing was sent.
        """
        from egp import _calls

        return _calls.create(self._client, stream, keywords).parse()

    def models(self, **keywords: Unpack[ModelsKeywords]) -> ChatModelList:
        """List the models that chat completions can be asked of.

        An empty list may also mean that the service could not read its catalogue. The call is retried as
        `create` is, and raises the same errors.
        """
        from egp import _calls

        return _calls.models(self._client, cast("dict[str, Any]", keywords)).parse()


class AsyncCompletions:
    """`client.chat.completions`."""

    __slots__ = ("_client",)

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    @property
    def with_raw_response(self) -> AsyncRawCompletions:
        """The same methods, giving a `RawResponse`: status, headers, request id; the result at `parse()`."""
        return AsyncRawCompletions(self._client)

    @overload
    async def create(
        self, *, stream: Literal[False] | None = None, **keywords: Unpack[CreateKeywords]
    ) -> ChatCompletion: ...
    @overload
    async def create(
        self, *, stream: Literal[True], **keywords: Unpack[StreamKeywords]
    ) -> AsyncStream[ChatCompletionChunk]: ...
    @overload
    async def create(
        self, *, stream: bool, **keywords: Unpack[StreamKeywords]
    ) -> ChatCompletion | AsyncStream[ChatCompletionChunk]: ...
    async def create(self, *, stream: bool | None = None, **keywords: Any) -> Any:
        """See `Completions.create`."""
        from egp import _calls

        return (await _calls.create_async(self._client, stream, keywords)).parse()

    async def models(self, **keywords: Unpack[ModelsKeywords]) -> ChatModelList:
        """See `Completions.models`."""
        from egp import _calls

        return (await _calls.models_async(self._client, cast("dict[str, Any]", keywords))).parse()


class RawCompletions:
    """`client.chat.completions.with_raw_response`."""

    __slots__ = ("_client",)

    def __init__(self, client: Client) -> None:
        self._client = client

    @overload
    def create(
        self, *, stream: Literal[False] | None = None, **keywords: Unpack[CreateKeywords]
    ) -> RawResponse[ChatCompletion]: ...
    @overload
    def create(
        self, *, stream: Literal[True], **keywords: Unpack[StreamKeywords]
    ) -> RawResponse[Stream[ChatCompletionChunk]]: ...
    @overload
    def create(
        self, *, stream: bool, **keywords: Unpack[StreamKeywords]
    ) -> RawResponse[ChatCompletion] | RawResponse[Stream[ChatCompletionChunk]]: ...
    def create(self, *, stream: bool | None = None, **keywords: Any) -> Any:
        """See `Completions.create`."""
        from egp import _calls

        return _calls.create(self._client, stream, keywords)

    def models(self, **keywords: Unpack[ModelsKeywords]) -> RawResponse[ChatModelList]:
        """See `Completions.models`."""
        from egp import _calls

        return _calls.models(self._client, cast("dict[str, Any]", keywords))


class AsyncRawCompletions:
    """`client.chat.completions.with_raw_response`."""

    __slots__ = ("_client",)

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    @overload
    async def create(
        self, *, stream: Literal[False] | None = None, **keywords: Unpack[CreateKeywords]
    ) -> RawResponse[ChatCompletion]: ...
    @overload
    async def create(
        self, *, stream: Literal[True], **keywords: Unpack[StreamKeywords]
    ) -> RawResponse[AsyncStream[ChatCompletionChunk]]: ...
    @overload
    async def create(
        self, *, stream: bool, **keywords: Unpack[StreamKeywords]
    ) -> RawResponse[ChatCompletion] | RawResponse[AsyncStream[ChatCompletionChunk]]: ...
    async def create(self, *, stream: bool | None = None, **keywords: Any) -> Any:
        """See `Completions.create`."""
        from egp import _calls

        return await _calls.create_async(self._client, stream, keywords)

    async def models(self, **keywords: Unpack[ModelsKeywords]) -> RawResponse[ChatModelList]:
        """See `Completions.models`."""
        from egp import _calls

        return await _calls.models_async(self._client, cast("dict[str, Any]", keywords))
