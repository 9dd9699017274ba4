"""What `opentelemetry-instrument` finds: telemetry for all clients of a process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# Its module is written without types.
from opentelemetry.instrumentation.instrumentor import BaseInstrumentor  # type: ignore[attr-defined]

from egp._core.instrumentation import INSTRUMENTATION
from egp.telemetry.tracing import Telemetry

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["EGPInstrumentor"]


class EGPInstrumentor(BaseInstrumentor):  # type: ignore[misc]  # it has no types
    """Telemetry for all clients, those that exist included, but not for one made with `telemetry=…`.

    `instrument()` takes the arguments of `Telemetry`, and `uninstrument()` ends it.
    """

    def instrumentation_dependencies(self) -> Collection[str]:
        """Return what has to be installed: this very package."""
        return ("egp-client",)

    def _instrument(self, **kwargs: Any) -> None:
        known = ("tracer_provider", "meter_provider", "logger_provider", "content")
        INSTRUMENTATION.telemetry = Telemetry(**{name: kwargs[name] for name in known if name in kwargs})

    def _uninstrument(self, **kwargs: Any) -> None:  # noqa: ARG002 - of the base class
        INSTRUMENTATION.telemetry = None
