"""Spans of the calls of tools that `run_tools()` makes."""

from __future__ import annotations

import inspect
from functools import partial
from typing import TYPE_CHECKING, Any

from opentelemetry import context, trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from egp.telemetry import conventions as names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from egp._core.tool_calls import ToolCall
    from egp.telemetry.tracing import Telemetry
    from egp.tools.job import Job

__all__ = ["traced_jobs"]


def traced_jobs(telemetry: Telemetry, calls: Sequence[ToolCall], jobs: Sequence[Job]) -> list[Job]:
    """Return the jobs, each to run within a span of its own, which is the current one while it runs."""
    return [
        job._replace(run=partial(_run, telemetry, call, job.run))
        for call, job in zip(calls, jobs, strict=True)
    ]


def _run(telemetry: Telemetry, call: ToolCall, run: Callable[[], Any]) -> Any:
    span = telemetry.tracer.start_span(
        names.tool_span_name(call.name),
        kind=SpanKind.INTERNAL,
        attributes=names.tool_attributes(call.name, call.id),
    )
    if telemetry.content_in_spans:
        span.set_attribute(names.TOOL_ARGUMENTS, call.arguments_json)
    token = context.attach(trace.set_span_in_context(span))
    try:
        value = run()
    except BaseException as error:
        _failed(span, error)
        raise
    finally:
        context.detach(token)
    if inspect.isawaitable(value):
        return _awaited(telemetry, span, value)
    _returned(telemetry, span, value)
    return value


async def _awaited(telemetry: Telemetry, span: trace.Span, value: Any) -> Any:
    # In the task of this call alone, whose context nobody shares.
    token = context.attach(trace.set_span_in_context(span))
    try:
        result = await value
    except BaseException as error:
        _failed(span, error)
        raise
    finally:
        context.detach(token)
    _returned(telemetry, span, result)
    return result


def _returned(telemetry: Telemetry, span: trace.Span, value: object) -> None:
    if telemetry.content_in_spans and isinstance(value, (str, int, float, bool)):
        span.set_attribute(names.TOOL_RESULT, value)
    span.end()


def _failed(span: trace.Span, error: BaseException) -> None:
    # Its class only: what it says may be content.
    span.set_attribute(names.ERROR_TYPE, type(error).__qualname__)
    span.set_status(Status(StatusCode.ERROR))
    span.end()
