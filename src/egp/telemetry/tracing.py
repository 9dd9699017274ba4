"""Where spans, metrics and events of calls go, and whether content is among them."""

from __future__ import annotations

import atexit
import logging
import os
from collections import deque
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self
from weakref import WeakSet

from opentelemetry import context, metrics, trace
from opentelemetry._logs import SeverityNumber, get_logger

from egp._version import __version__
from egp.errors import EGPError
from egp.telemetry import conventions as names
from egp.telemetry.chat import ChatSpan
from egp.telemetry.tools import traced_jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opentelemetry._logs import LoggerProvider
    from opentelemetry.context import Context
    from opentelemetry.metrics import Histogram, Meter, MeterProvider
    from opentelemetry.trace import TracerProvider

    from egp._core.config import Settings
    from egp._core.tool_calls import ToolCall
    from egp.tools.job import Job

__all__ = ["Telemetry"]

_log = logging.getLogger("egp")
_SUPPRESSED = "suppress_instrumentation"  # what opentelemetry-instrumentation sets


class Histograms(NamedTuple):
    """The metrics of calls."""

    duration: Histogram
    tokens: Histogram
    first_chunk: Histogram
    output_chunk: Histogram


class Telemetry:
    """Spans, metrics and events of calls. Clients, threads and event loops may share it.

    Args:
        tracer_provider: where spans go. None, the default, is the global provider, as it is for the others.
        meter_provider: where metrics go.
        logger_provider: where events go.
        content: which of them show prompts, answers, arguments and the words of errors: `NO_CONTENT`,
            `SPAN_ONLY`, `EVENT_ONLY` or `SPAN_AND_EVENT`. None, the default, is what the variable
            OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT says now, and without it `NO_CONTENT`.
    """

    def __init__(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        logger_provider: LoggerProvider | None = None,
        content: str | None = None,
    ) -> None:
        mode = _mode(content)
        self.content_in_spans: bool = mode in ("SPAN_ONLY", "SPAN_AND_EVENT")
        """Whether spans show content."""
        self.content_in_events: bool = mode in ("EVENT_ONLY", "SPAN_AND_EVENT")
        """Whether events show content."""
        self.tracer = trace.get_tracer("egp", __version__, tracer_provider, names.SCHEMA_URL)
        self.logger = get_logger("egp", __version__, logger_provider, names.SCHEMA_URL)
        self._meter_provider = meter_provider
        self.histograms = _histograms(metrics.get_meter("egp", __version__, meter_provider, names.SCHEMA_URL))
        # What the garbage collector leaves to do: it may take no lock, and exporters take some.
        self._left: deque[Callable[[], None]] = deque()
        self.open: set[ChatSpan] = set()
        """The spans of open streams, which are to end even where their stream is dropped unread."""
        _all.add(self)

    @classmethod
    def of(cls, value: Any) -> Telemetry | Literal[False] | None:
        """Return what the option `telemetry` of a client means.

        Raises:
            EGPError: it is neither a bool nor a Telemetry.
        """
        if value is True:
            return _shared()
        if isinstance(value, cls):
            return value
        if not value:
            return None if value is None else False
        raise EGPError(f"telemetry must be True, False or an egp.telemetry.Telemetry, got {value!r}")

    @property
    def is_measuring(self) -> bool:
        """Whether somebody has set up metrics: what the API itself provides takes them and does nothing."""
        provider = self._meter_provider or metrics.get_meter_provider()
        return not type(provider).__module__.startswith(metrics.__name__)

    def chat(self, settings: Settings, stream: bool | None, keywords: dict[str, Any]) -> ChatSpan | None:
        """Begin the span of one call, and add the headers to `keywords` that pass it on.

        None where the context asks for no spans, or where something went wrong: calls go on without.
        """
        self.settle()
        if context.get_value(_SUPPRESSED):
            return None
        try:
            return ChatSpan(self, settings.origin, keywords, streaming=bool(stream))
        except Exception:  # noqa: BLE001  # tracing must not break what it traces
            _log.exception("the span of a call could not be started")
            return None

    def traced_jobs(self, calls: Sequence[ToolCall], jobs: Sequence[Job]) -> list[Job]:
        """Return the jobs of calls of tools, each to run within a span of its own."""
        return traced_jobs(self, calls, jobs)

    def emit(self, name: str, span: Context, attributes: Any, *, is_warning: bool = False) -> None:
        """Emit an event of the span in a context."""
        self.logger.emit(
            context=span,
            event_name=name,
            attributes=attributes,
            severity_number=SeverityNumber.WARN if is_warning else SeverityNumber.INFO,
        )

    def carefully(self, function: Callable[[], None], *, later: bool = False) -> None:
        """Call what may fail in an exporter, now or, from a finalizer, with what is done next."""
        if later:
            self._left.append(partial(self.carefully, function))
            return
        try:
            function()
        except Exception:  # noqa: BLE001  # tracing must not break what it traces
            _log.exception("telemetry failed")

    def settle(self) -> None:
        """End the spans of streams that were dropped."""
        while self._left:
            try:
                function = self._left.popleft()
            except IndexError:
                # Another thread was faster.
                return
            function()

    # Options may be copied; what they report to stays one thing.
    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: Any) -> Self:
        return self


_all: WeakSet[Telemetry] = WeakSet()


@cache
def _shared() -> Telemetry:
    return Telemetry()


@atexit.register
def _settle_all() -> None:
    for telemetry in list(_all):
        telemetry.settle()


def _mode(given: str | None) -> str:
    source = "content" if given is not None else names.CAPTURE_CONTENT
    mode = (given if given is not None else os.environ.get(names.CAPTURE_CONTENT, "")).strip().upper()
    if mode in names.CONTENT_MODES:
        return mode
    if given is not None:
        raise EGPError(f"{source} must be one of {', '.join(names.CONTENT_MODES)}, got {given!r}")
    if mode:
        _log.warning("%s must be one of %s; no content is shown", source, ", ".join(names.CONTENT_MODES))
    return names.CONTENT_MODES[0]


def _histograms(meter: Meter) -> Histograms:
    def seconds(name: str, description: str) -> Histogram:
        buckets = names.DURATION_BUCKETS
        return meter.create_histogram(name, "s", description, explicit_bucket_boundaries_advisory=buckets)

    return Histograms(
        seconds(names.DURATION, "GenAI operation duration."),
        meter.create_histogram(
            names.TOKEN_USAGE,
            "{token}",
            "Number of input and output tokens used.",
            explicit_bucket_boundaries_advisory=names.TOKEN_BUCKETS,
        ),
        seconds(names.TIME_TO_FIRST_CHUNK, "Time to receive the first chunk of a stream."),
        seconds(names.TIME_PER_OUTPUT_CHUNK, "Time per chunk of a stream after the first."),
    )
