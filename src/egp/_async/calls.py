"""The calls of a client: keywords → request → response → result."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from egp._async.stream import AsyncStream
from egp._core.instrumentation import INSTRUMENTATION
from egp._requests import chat_request, check_create, models_request, stream_request
from egp._responses import RawResponse, parse_response
from egp.errors import APIError, EGPError

if TYPE_CHECKING:
    from egp_api.models import ChatModelList
    from egp_api.types import EventStream

    from egp._async.session import AsyncSession
    from egp.telemetry.chat import ChatSpan

__all__ = ["AsyncCalls"]

T = TypeVar("T")


class AsyncCalls:
    """The calls of one client. Each returns a `RawResponse`, whose `parse()` gives the result."""

    __slots__ = ("_session",)

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def create(self, stream: bool | None, keywords: dict[str, Any]) -> RawResponse[Any]:
        """Make the call of `chat.completions.create`."""
        # Here, and not further below: an error about a keyword is to stand close to who misspelt it.
        check_create(keywords)
        settings = self._session.settings
        meter = settings.usage
        telemetry = settings.telemetry
        if telemetry is None:
            telemetry = INSTRUMENTATION.telemetry
        span = telemetry.chat(settings, stream, keywords) if telemetry else None
        model = str(keywords.get("model"))
        try:
            response = await self._create(stream, keywords, span)
        except BaseException as error:
            if span is not None:
                span.failed(error)
            if not isinstance(error, EGPError):
                raise
            if meter is not None and isinstance(error, APIError):
                meter.record_failure(model=model, retries=max(len(error.attempts) - 1, 0))
            # Without the frames below this one, which tell a user nothing.
            raise error.with_traceback(None) from error.__cause__
        if meter is not None and stream:
            response.parse().on_close = partial(meter.record_stream, model=model)
        elif meter is not None:
            meter.record_response(response, model=model)
        if span is not None and stream:
            span.follow(response.parse())
        elif span is not None:
            span.answered(response)
        return response

    async def _create(
        self, stream: bool | None, keywords: dict[str, Any], span: ChatSpan | None
    ) -> RawResponse[Any]:
        session = self._session
        if stream:
            request, parse_event, options = chat_request(session.settings, keywords, streaming=True)
            if span is not None:
                span.sent(request)
                parse_event = span.timed(parse_event)
            chunks = AsyncStream(await session.open(request), parse_event, options, is_chat=True)
            await chunks.require_events()
            return RawResponse(chunks, lambda: chunks)
        request, parse, _ = chat_request(session.settings, keywords, streaming=False)
        if span is not None:
            span.sent(request)
        response = await session.send(request)
        return RawResponse(response, partial(parse_response, parse, response))

    async def models(self, method: str, keywords: dict[str, Any]) -> RawResponse[ChatModelList]:
        """Make the call of `chat.completions.models` or `models.list`, whichever `method` names."""
        try:
            request, parse = models_request(self._session.settings, method, keywords)
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
