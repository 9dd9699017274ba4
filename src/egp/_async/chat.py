"""Chat completions: `client.chat.completions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from egp._async.events import AsyncEventStreaming
from egp._async.parse import AsyncParsing
from egp._async.run_tools import AsyncToolRunning
from egp._async.signatures import AsyncCreate, AsyncModels
from egp._loading import LOADING

if TYPE_CHECKING:
    from egp_api.models import ChatCompletion, ChatCompletionChunk, ChatModelList

    from egp._async.session import AsyncSession
    from egp._async.stream import AsyncStream
    from egp._async.streaming_response import AsyncStreamingCompletions
    from egp._responses import RawResponse

    _Create = AsyncCreate[ChatCompletion, AsyncStream[ChatCompletionChunk]]
    _RawCreate = AsyncCreate[RawResponse[ChatCompletion], RawResponse[AsyncStream[ChatCompletionChunk]]]
    _Models = AsyncModels[ChatModelList]
    _RawModels = AsyncModels[RawResponse[ChatModelList]]
else:
    # What the types are made of is loaded with the first call.
    _Create = _RawCreate = AsyncCreate
    _Models = _RawModels = AsyncModels

__all__ = ["AsyncChat", "AsyncCompletions", "AsyncRawCompletions"]


class AsyncChat:
    """`client.chat`."""

    __slots__ = ("_completions",)

    def __init__(self, session: AsyncSession) -> None:
        self._completions = AsyncCompletions(session)

    @property
    def completions(self) -> AsyncCompletions:
        """Chat completions."""
        return self._completions


class AsyncCompletions(AsyncParsing, AsyncEventStreaming, AsyncToolRunning, _Create, _Models):
    """`client.chat.completions`."""

    # No slots: frameworks put methods of their own in the place of `create`.

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    @property
    def with_raw_response(self) -> AsyncRawCompletions:
        """The same methods, returning a `RawResponse`: status, headers, and the result at `parse()`."""
        return AsyncRawCompletions(self._session)

    @property
    def with_streaming_response(self) -> AsyncStreamingCompletions:
        """`create` as a block in which the response is open: status, headers, and the body as it comes."""
        # Imported here: few read a response so.
        with LOADING:
            from egp._async.streaming_response import AsyncStreamingCompletions

        return AsyncStreamingCompletions(self._session)

    async def _create(self, keywords: dict[str, Any]) -> Any:
        stream: bool | None = keywords.pop("stream", None)
        return (await self._session.calls.create(stream, keywords)).parse()

    async def _models(self, keywords: dict[str, Any]) -> Any:
        return (await self._session.calls.models("models", keywords)).parse()


class AsyncRawCompletions(_RawCreate, _RawModels):
    """`client.chat.completions.with_raw_response`."""

    __slots__ = ("_session",)

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def _create(self, keywords: dict[str, Any]) -> Any:
        stream: bool | None = keywords.pop("stream", None)
        return await self._session.calls.create(stream, keywords)

    async def _models(self, keywords: dict[str, Any]) -> Any:
        return await self._session.calls.models("models", keywords)
