"""The calls of a client: keywords → request → response → result."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from egp._async.stream import AsyncStream
from egp._requests import chat_request, models_request, stream_request
from egp._responses import RawResponse, parse_response
from egp.errors import APIError, EGPError

if TYPE_CHECKING:
    from egp_api.models import ChatModelList
    from egp_api.types import EventStream

    from egp._async.session import AsyncSession

__all__ = ["AsyncCalls"]

T = TypeVar("T")


class AsyncCalls:
    """The calls of one client. Each returns a `RawResponse`, whose `parse()` gives the result."""

    __slots__ = ("_session",)

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def create(self, stream: bool | None, keywords: dict[str, Any]) -> RawResponse[Any]:
        """Make the call of `chat.completions.create`."""
        meter = self._session.settings.usage
        model = str(keywords.get("model"))
        try:
            response = await self._create(stream, keywords)
        except EGPError as error:
            if meter is not None and isinstance(error, APIError):
                meter.record_failure(model=model, retries=max(len(error.attempts) - 1, 0))
            # Without the frames below this one, which tell a user nothing.
            raise error.with_traceback(None) from error.__cause__
        if meter is not None and stream:
            response.parse().on_close = partial(meter.record_stream, model=model)
        elif meter is not None:
            meter.record_response(response, model=model)
        return response

    async def _create(self, stream: bool | None, keywords: dict[str, Any]) -> RawResponse[Any]:
        session = self._session
        if stream:
            request, parse_event, options = chat_request(session.settings, keywords, streaming=True)
            chunks = AsyncStream(await session.open(request), parse_event, options, is_chat=True)
            await chunks.require_events()
            return RawResponse(chunks, lambda: chunks)
        request, parse, _ = chat_request(session.settings, keywords, streaming=False)
        response = await session.send(request)
        return RawResponse(response, partial(parse_response, parse, response))

    async def models(self, keywords: dict[str, Any]) -> RawResponse[ChatModelList]:
        """Make the call of `chat.completions.models`."""
        try:
            request, parse = models_request(self._session.settings, keywords)
            response = await self._session.send(request)
        except EGPError as error:
            raise error.with_traceback(None) from error.__cause__
        return RawResponse(response, partial(parse_response, parse, response))

    async def stream(self, events: EventStream[T], keywords: dict[str, Any]) -> AsyncStream[T]:
        """Open the stream of a generated operation."""
        request, options = stream_request(self._session.settings, events, keywords)
        stream = AsyncStream(await self._session.open(request), events.parse_event, options)
        await stream.require_events()
        return stream
