"""The span of one call of `chat.completions.create`, from its request to the end of its answer."""

from __future__ import annotations

import time
from array import array
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from weakref import ref

from opentelemetry import propagate, trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from egp._core import json
from egp.errors import APIError
from egp.telemetry import conventions as names
from egp.telemetry.messages import input_messages, output_messages, tool_definitions

if TYPE_CHECKING:
    from collections.abc import Callable

    from egp_api.models import ChatCompletion

    from egp._core.config import Origin
    from egp._core.flow import CallFlow
    from egp._core.request import Request
    from egp._responses import RawResponse
    from egp._stream import BaseStream
    from egp.errors import Attempt
    from egp.telemetry.tracing import Telemetry

__all__ = ["ChatSpan", "error_type"]

T = TypeVar("T")


class ChatSpan:
    """One call. Its span is never the current one: the code of the caller runs while a stream is open."""

    def __init__(
        self, telemetry: Telemetry, origin: Origin, keywords: dict[str, Any], *, streaming: bool
    ) -> None:
        self._telemetry = telemetry
        self._origin = origin
        self._streaming = streaming
        model = str(keywords.get("model"))
        self._common = names.call_attributes(model, origin)
        self._span = telemetry.tracer.start_span(
            f"{names.CHAT} {model}",
            kind=SpanKind.CLIENT,
            attributes=self._common,
        )
        self._is_recording = self._span.is_recording()
        if self._is_recording:
            self._span.set_attributes(names.request_attributes(keywords, streaming=streaming))
        self._context = trace.set_span_in_context(self._span)
        self._started = self._last_chunk = time.perf_counter()
        self._between_chunks = array("d")
        self._first_chunk: float | None = None
        self._noted: list[int] = []
        self._method = ""
        self._content: bytes | None = None
        self._answer: ChatCompletion | None = None
        self._attempts: tuple[Attempt, ...] = ()
        self._url = ""
        self._has_ended = False
        self._stream: ref[Any] | None = None
        self._pass_on(keywords)

    def _pass_on(self, keywords: dict[str, Any]) -> None:
        given = keywords.get("extra_headers")
        if given is not None and not isinstance(given, Mapping):
            # Refused later, in better words.
            return
        own = cast("Mapping[str, str]", given or {})
        carrier: dict[str, str] = {}
        propagate.inject(carrier, self._context)
        taken = {str(name).lower() for name in own}
        added = {name: value for name, value in carrier.items() if name.lower() not in taken}
        if added:
            keywords["extra_headers"] = {**added, **own}

    # While the call is made

    def sent(self, request: Request) -> None:
        """Take note of the request, and of its attempts as they end."""
        self._method = request.method
        if self._telemetry.content_in_spans or self._telemetry.content_in_events:
            self._content = request.content
        if self._is_recording:
            # The request itself is not kept: it holds this span.
            request.note = self._note

    def _note(self, flow: CallFlow, attempt: Attempt) -> None:
        # Without its query, which may have what is nobody's business.
        self._url = flow.request_info.url.partition("?")[0]
        self._attempts = (*self._attempts, attempt)
        self._noted.append(time.time_ns())

    def timed(self, parse: Callable[[Any], T]) -> Callable[[Any], T]:
        """Return what parses a chunk, and looks at the time."""

        def parse_chunk(payload: Any) -> T:
            now = time.perf_counter()
            if self._first_chunk is None:
                self._first_chunk = now - self._started
            else:
                self._between_chunks.append(now - self._last_chunk)
            self._last_chunk = now
            return parse(payload)

        return parse_chunk

    # Its end

    def failed(self, error: BaseException) -> None:
        """End the span of a call that has raised."""
        if isinstance(error, APIError) and error.attempts:
            self._attempts = error.attempts
        self._end(error_type(error), str(error))

    def answered(self, response: RawResponse[ChatCompletion]) -> None:
        """End the span of a whole answer, or of one that cannot be read."""
        self._attempts = response.attempts
        try:
            self._answer = response.parse()
        except APIError as error:
            # Whoever asks for the answer gets the error.
            self.failed(error)
            return
        self._end()

    def follow(self, stream: BaseStream[Any, Any]) -> None:
        """End the span with the stream, whatever ends it."""
        counted = stream.on_close

        def closed(stream: BaseStream[Any, Any]) -> None:
            if counted is not None:
                counted(stream)
            self._closed(stream)

        stream.on_close = closed
        self._stream = ref(stream, self._dropped)
        self._telemetry.open.add(self)

    def _closed(self, stream: BaseStream[Any, Any]) -> None:
        self._answer = stream.partial()
        self._attempts = stream.attempts
        failure = stream.failure
        self._end(None if failure is None else failure.__qualname__, later=stream.is_dropped)

    def _dropped(self, _: object) -> None:
        self._end(later=True)

    def _end(self, error: str | None = None, text: str | None = None, *, later: bool = False) -> None:
        if self._has_ended:
            return
        self._has_ended = True
        self._telemetry.open.discard(self)
        # Taken here: what is done later ends when it ended.
        duration, at = time.perf_counter() - self._started, time.time_ns()
        self._telemetry.carefully(lambda: self._report(error, text, duration, at), later=later)

    def _report(self, error: str | None, text: str | None, duration: float, at: int) -> None:
        is_measuring = self._telemetry.is_measuring
        try:
            if error is not None:
                self._report_error(error, text)
            # Where nobody listens, an answer is not looked into.
            if self._is_recording or is_measuring or self._content is not None:
                self._report_answer(error, duration if is_measuring else None)
        finally:
            self._span.end(at)
            # Answers keep their request, and it this span.
            self._answer = self._content = None

    def _report_answer(self, error: str | None, duration: float | None) -> None:
        answer = self._answer
        said = {} if answer is None else names.response_attributes(answer)
        tokens, by_type = ({}, {}) if answer is None else names.token_attributes(answer.usage)
        if self._is_recording:
            self._span.set_attributes({**said, **tokens})
            if self._first_chunk is not None:
                self._span.set_attribute(names.TIME_TO_FIRST_CHUNK_ATTRIBUTE, self._first_chunk)
            self._report_attempts(error)
        self._report_content(said)
        if duration is not None:
            self._report_metrics(said, by_type, error, duration)

    def _report_attempts(self, error: str | None) -> None:
        method = self._method
        for attempt, ended in zip(self._attempts, self._noted, strict=False):
            attributes = names.attempt_attributes(method, self._url, self._origin, attempt)
            has_failed = names.ERROR_TYPE in attributes
            if has_failed and error is not None and attempt is self._attempts[-1]:
                attributes[names.ERROR_TYPE] = error
            span = self._telemetry.tracer.start_span(
                method,
                self._context,
                SpanKind.CLIENT,
                attributes,
                start_time=ended - int(attempt.duration * 1e9),
            )
            if has_failed:
                span.set_status(Status(StatusCode.ERROR))
            span.end(ended)

    def _report_error(self, error: str, text: str | None) -> None:
        telemetry = self._telemetry
        self._span.set_attribute(names.ERROR_TYPE, error)
        # Servers repeat prompts in the words of their errors.
        description = text if telemetry.content_in_spans else None
        self._span.set_status(Status(StatusCode.ERROR, description))
        attributes = {**self._common, names.EXCEPTION_TYPE: error}
        if telemetry.content_in_events and text is not None:
            attributes[names.EXCEPTION_MESSAGE] = text
        telemetry.emit(names.EXCEPTION_EVENT, self._context, attributes, is_warning=True)

    def _report_content(self, said: Mapping[str, Any]) -> None:
        telemetry = self._telemetry
        if self._content is None:
            return
        body = json.decode(self._content)
        content = {names.INPUT_MESSAGES: input_messages(body)}
        if self._answer is not None:
            content[names.OUTPUT_MESSAGES] = output_messages(self._answer.to_dict())
        tools = tool_definitions(body)
        if tools is not None:
            content[names.TOOL_DEFINITIONS] = tools
        if telemetry.content_in_spans:
            self._span.set_attributes(content)
        if telemetry.content_in_events:
            telemetry.emit(names.DETAILS_EVENT, self._context, {**self._common, **said, **content})

    def _report_metrics(
        self, said: Mapping[str, Any], tokens: Mapping[str, int], error: str | None, duration: float
    ) -> None:
        histograms = self._telemetry.histograms
        attributes = dict(self._common)
        if names.RESPONSE_MODEL in said:
            attributes[names.RESPONSE_MODEL] = said[names.RESPONSE_MODEL]
        # With the span, exporters can point from a measurement to it.
        span = self._context
        for kind, count in tokens.items():
            histograms.tokens.record(count, {**attributes, names.TOKEN_TYPE: kind}, span)
        if self._streaming:
            attributes[names.REQUEST_STREAM] = True
        if self._first_chunk is not None:
            histograms.first_chunk.record(self._first_chunk, attributes, span)
        for seconds in self._between_chunks:
            histograms.output_chunk.record(seconds, attributes, span)
        if error is not None:
            attributes[names.ERROR_TYPE] = error
        histograms.duration.record(duration, attributes, span)


def error_type(error: BaseException) -> str:
    """Return what kind of error it is, in one of few words: its HTTP status, else its class."""
    status = error.status_code if isinstance(error, APIError) else None
    if status is not None and status >= 400:
        return str(status)
    return type(error).__qualname__
