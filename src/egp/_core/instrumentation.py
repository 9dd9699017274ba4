"""What the clients of a process report to: `egp.telemetry` sets it, and each call looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from egp._core.config import Settings
    from egp.telemetry import Telemetry

__all__ = ["INSTRUMENTATION", "telemetry_of"]


class _Instrumentation:
    """What clients report to that were not given a `telemetry` of their own."""

    __slots__ = ("telemetry",)

    def __init__(self) -> None:
        self.telemetry: Telemetry | None = None


INSTRUMENTATION = _Instrumentation()


def telemetry_of(settings: Settings) -> Telemetry | None:
    """Return what a client reports to; None where it does not."""
    telemetry = settings.telemetry
    if telemetry is None:
        return INSTRUMENTATION.telemetry
    return None if isinstance(telemetry, bool) else telemetry
