# Made by scripts/unasync from src/egp/_async/chat.py: edit that file, then run the script.
"""Chat completions: `client.chat.completions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast, overload

from egp._sync.events import EventStreaming
from egp._sync.parse import Parsing
from egp._sync.run_tools import ToolRunning

if TYPE_CHECKING:
    from typing import Unpack

    from egp_api.models import ChatCompletion, ChatCompletionChunk, ChatModelList

    from egp._options import CreateOptions, ModelsOptions, StreamCreateOptions
    from egp._responses import RawResponse
    from egp._sync.session import Session
    from egp._sync.stream import Stream

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


class Completions(Parsing, EventStreaming, ToolRunning):
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
