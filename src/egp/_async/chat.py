"""Chat completions: `client.chat.completions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast, overload

from egp._async.parse import AsyncParsing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Unpack

    from egp_api.models import ChatCompletion, ChatCompletionChunk, ChatModelList

    from egp._async.event_stream import AsyncChatCompletionStream
    from egp._async.session import AsyncSession
    from egp._async.stream import AsyncStream
    from egp._async.tool_runner import AsyncToolRunner
    from egp._options import CreateOptions, ModelsOptions, StreamCallOptions, StreamCreateOptions
    from egp._responses import RawResponse
    from egp.tools.async_jobs import Approve

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


class AsyncCompletions(AsyncParsing):
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

    def stream(self, **keywords: Unpack[StreamCreateOptions]) -> AsyncChatCompletionStream[Any]:
        """Ask as `create(stream=True)` does, for events: what was added, and what is complete.

        Use it in a `with` block; the request is sent there. `tools` takes functions and types as well, and
        `response_format` takes types.
        """
        from egp._async.event_stream import chat_stream

        return chat_stream(self, cast("dict[str, Any]", keywords))

    def run_tools(
        self,
        *,
        approve: Approve | None = None,
        context: object = None,
        max_turns: int | None = 10,
        max_calls: int | None = None,
        max_tokens_total: int | None = None,
        stream: bool | None = None,
        **keywords: Unpack[StreamCreateOptions],
    ) -> AsyncToolRunner:
        """Ask a model and run the tools that it calls, until it answers; `final()` has the answer.

        Args:
            approve: decides upon each call before any of its turn runs: it returns True or False, or a
                `Deny`, `Edit` or `Stop` of `egp.tools`.
            context: what tools get as the value of their `ToolContext`.
            max_turns: how often the model may answer; None is no limit.
            max_calls: how many calls may be run; None is no limit.
            max_tokens_total: how many tokens may be used up before the last answer; None is no limit.
            stream: whether each turn has its events.
            keywords: those of `create()`. `tools` has functions, best made with `egp.tool`; `deadline` is
                that of the whole run.

        Raises:
            EGPError: a tool cannot be told to the model, or cannot be run. Nothing was sent. What a run
                raises, `AsyncToolRunner.final` says.
        """
        from egp._async.tool_runner import AsyncToolRunner
        from egp.tools.run import RunOptions

        options = RunOptions(
            approve=approve,
            context=context,
            max_turns=max_turns,
            max_calls=max_calls,
            max_tokens_total=max_tokens_total,
        )
        return AsyncToolRunner(self, cast("dict[str, Any]", keywords), options, stream=stream)

    def resume_tools(
        self,
        state: Mapping[str, Any],
        *,
        tools: Iterable[Any],
        approve: Approve | None = None,
        context: object = None,
        max_turns: int | None = 10,
        max_calls: int | None = None,
        max_tokens_total: int | None = None,
        stream: bool | None = None,
        **options: Unpack[StreamCallOptions],
    ) -> AsyncToolRunner:
        """Go on from the `state` of a run that ended early: at a limit, by `Stop`, by an error.

        The fields of the request are in the state. Tools, limits and the options of calls are given anew.
        Limits count what was before, too.
        """
        from egp._async.tool_runner import AsyncToolRunner
        from egp.tools.run import RunOptions

        keywords = {**cast("dict[str, Any]", options), "tools": tools}
        run_options = RunOptions(
            approve=approve,
            context=context,
            max_turns=max_turns,
            max_calls=max_calls,
            max_tokens_total=max_tokens_total,
        )
        return AsyncToolRunner(self, keywords, run_options, stream=stream, state=state)

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
