# Made by scripts/unasync from src/egp/_async/chat.py: edit that file, then run the script.
"""Chat completions: `client.chat.completions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast, overload

from egp._sync.parse import Parsing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Unpack

    from egp_api.models import ChatCompletion, ChatCompletionChunk, ChatModelList

    from egp._options import CreateOptions, ModelsOptions, StreamCallOptions, StreamCreateOptions
    from egp._responses import RawResponse
    from egp._sync.event_stream import ChatCompletionStream
    from egp._sync.session import Session
    from egp._sync.stream import Stream
    from egp._sync.tool_runner import ToolRunner
    from egp.tools.jobs import Approve

__all__ = ["Chat", "Completions", "RawCompletions"]


class Chat:
    """`client.chat`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def completions(self) -> Completions:
        """Chat completions."""
        return Completions(self._session)


class Completions(Parsing):
    """`client.chat.completions`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def with_raw_response(self) -> RawCompletions:
        """The same methods, returning a `RawResponse`: status, headers, and the result at `parse()`."""
        return RawCompletions(self._session)

    @overload
    def create(
        self, *, stream: Literal[False] | None = None, **keywords: Unpack[CreateOptions]
    ) -> ChatCompletion: ...
    @overload
    def create(
        self, *, stream: Literal[True], **keywords: Unpack[StreamCreateOptions]
    ) -> Stream[ChatCompletionChunk]: ...
    @overload
    def create(
        self, *, stream: bool, **keywords: Unpack[StreamCreateOptions]
    ) -> ChatCompletion | Stream[ChatCompletionChunk]: ...
    def create(self, *, stream: bool | None = None, **keywords: Any) -> Any:
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
        return (self._session.calls.create(stream, keywords)).parse()

    def stream(self, **keywords: Unpack[StreamCreateOptions]) -> ChatCompletionStream[Any]:
        """Ask as `create(stream=True)` does, for events: what was added, and what is complete.

        Use it in a `with` block; the request is sent there. `tools` takes functions and types as well, and
        `response_format` takes types.
        """
        from egp._sync.event_stream import chat_stream

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
    ) -> ToolRunner:
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
                raises, `ToolRunner.final` says.
        """
        from egp._sync.tool_runner import ToolRunner
        from egp.tools.run import RunOptions

        options = RunOptions(
            approve=approve,
            context=context,
            max_turns=max_turns,
            max_calls=max_calls,
            max_tokens_total=max_tokens_total,
        )
        return ToolRunner(self, cast("dict[str, Any]", keywords), options, stream=stream)

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
    ) -> ToolRunner:
        """Go on from the `state` of a run that ended early: at a limit, by `Stop`, by an error.

        The fields of the request are in the state. Tools, limits and the options of calls are given anew.
        Limits count what was before, too.
        """
        from egp._sync.tool_runner import ToolRunner
        from egp.tools.run import RunOptions

        keywords = {**cast("dict[str, Any]", options), "tools": tools}
        run_options = RunOptions(
            approve=approve,
            context=context,
            max_turns=max_turns,
            max_calls=max_calls,
            max_tokens_total=max_tokens_total,
        )
        return ToolRunner(self, keywords, run_options, stream=stream, state=state)

    def models(self, **keywords: Unpack[ModelsOptions]) -> ChatModelList:
        """List the models that chat completions can be asked of.

        An empty list may also mean that the service could not read its catalogue. The call is retried as
        `create` is, and raises the same errors.
        """
        return (self._session.calls.models(cast("dict[str, Any]", keywords))).parse()


class RawCompletions:
    """`client.chat.completions.with_raw_response`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    @overload
    def create(
        self, *, stream: Literal[False] | None = None, **keywords: Unpack[CreateOptions]
    ) -> RawResponse[ChatCompletion]: ...
    @overload
    def create(
        self, *, stream: Literal[True], **keywords: Unpack[StreamCreateOptions]
    ) -> RawResponse[Stream[ChatCompletionChunk]]: ...
    @overload
    def create(
        self, *, stream: bool, **keywords: Unpack[StreamCreateOptions]
    ) -> RawResponse[ChatCompletion] | RawResponse[Stream[ChatCompletionChunk]]: ...
    def create(self, *, stream: bool | None = None, **keywords: Any) -> Any:
        """Make the call of `Completions.create`."""
        return self._session.calls.create(stream, keywords)

    def models(self, **keywords: Unpack[ModelsOptions]) -> RawResponse[ChatModelList]:
        """Make the call of `Completions.models`."""
        return self._session.calls.models(cast("dict[str, Any]", keywords))
