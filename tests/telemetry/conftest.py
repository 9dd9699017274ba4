"""What the SDK of OpenTelemetry reads of our calls; only the environment `otel` of tox has it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest

HAS_SDK = all(find_spec(name) for name in ("opentelemetry", "msgspec", "docstring_parser"))
HAS_SDK = HAS_SDK and find_spec("opentelemetry.sdk") is not None
collect_ignore_glob = [] if HAS_SDK else ["test_*.py"]


class Records:
    """A Telemetry, and all that came out of it."""

    def __init__(self, content: str | None = None) -> None:
        from opentelemetry.sdk._logs import LoggerProvider
        from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.metrics.export import InMemoryMetricReader
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

        from egp.telemetry import Telemetry

        self._spans, self._reader = InMemorySpanExporter(), InMemoryMetricReader()
        self._logs = InMemoryLogRecordExporter()
        self.tracer_provider = TracerProvider(shutdown_on_exit=False)
        self.tracer_provider.add_span_processor(SimpleSpanProcessor(self._spans))
        self.meter_provider = MeterProvider([self._reader], shutdown_on_exit=False)
        self.logger_provider = LoggerProvider(shutdown_on_exit=False)
        self.logger_provider.add_log_record_processor(SimpleLogRecordProcessor(self._logs))
        self.providers = {
            "tracer_provider": self.tracer_provider,
            "meter_provider": self.meter_provider,
            "logger_provider": self.logger_provider,
        }
        self.telemetry = Telemetry(**self.providers, content=content)

    @property
    def spans(self) -> list[Any]:
        """The spans that have ended, in the order of their ends."""
        self.telemetry.settle()
        return list(self._spans.get_finished_spans())

    @property
    def chats(self) -> list[Any]:
        return [span for span in self.spans if span.name.startswith("chat ")]

    @property
    def chat(self) -> Any:
        """The one chat span."""
        (chat,) = self.chats
        return chat

    @property
    def attempts(self) -> list[Any]:
        return [span for span in self.spans if span.name == "POST"]

    @property
    def tools(self) -> list[Any]:
        return [span for span in self.spans if span.name.startswith("execute_tool ")]

    @property
    def events(self) -> list[Any]:
        return [each.log_record for each in self._logs.get_finished_logs()]

    @property
    def metrics(self) -> dict[str, Any]:
        """The metrics by name. Reading them begins no new count."""
        data = self._reader.get_metrics_data()
        if data is None:
            return {}
        return {
            metric.name: metric
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }

    def text(self) -> str:
        """All that was exported, to be searched."""
        parts = [span.to_json() for span in self.spans]
        parts += [repr((event.event_name, event.body, dict(event.attributes or {}))) for event in self.events]
        parts += [metric.to_json() for metric in self.metrics.values()]
        return "\n".join(parts)


@pytest.fixture
def records() -> Iterator[Records]:
    """What is exported by default: no content."""
    made = Records("NO_CONTENT")
    yield made
    made.tracer_provider.shutdown()
    made.meter_provider.shutdown()
