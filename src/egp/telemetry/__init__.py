"""Tracing and metrics of calls by OpenTelemetry: needs the extra `otel`.

    client = Client(telemetry=True)

or, for all clients of a process, `EGPInstrumentor().instrument()`, which `opentelemetry-instrument` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from egp._extras import missing_extra
from egp._loading import LOADING

try:
    from egp.telemetry.tracing import Telemetry
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] != "opentelemetry":
        raise
    raise missing_extra("opentelemetry-api", "otel", "telemetry") from None

if TYPE_CHECKING:
    from egp.telemetry.instrumentor import EGPInstrumentor

__all__ = ["EGPInstrumentor", "Telemetry"]


def __getattr__(name: str) -> Any:
    if name != "EGPInstrumentor":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # Imported here: it loads a package of its own, which `Client(telemetry=…)` does without.
    try:
        with LOADING:
            from egp.telemetry.instrumentor import EGPInstrumentor
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "opentelemetry":
            raise
        raise missing_extra("opentelemetry-instrumentation", "otel", "EGPInstrumentor") from None
    return EGPInstrumentor
