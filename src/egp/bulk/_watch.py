"""Looks at a run as it goes: for the progress line, and for the curves of the report."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from egp.bulk._progress import Snapshot, display
from egp.bulk._tally import Curve

if TYPE_CHECKING:
    from egp.bulk._options import Options
    from egp.bulk._scan import Plan
    from egp.bulk._schedule import Schedule
    from egp.bulk._spending import Spending
    from egp.bulk._tally import Tally

__all__ = ["Watch"]

_LOOK_EVERY = 0.25
_OF_LATE = 10.0  # seconds over which the rate is taken


class Watch:
    """Samples a run four times a second."""

    def __init__(
        self, plan: Plan, tally: Tally, schedule: Schedule, spending: Spending, options: Options
    ) -> None:
        self._plan = plan
        self._tally = tally
        self._schedule = schedule
        self._spending = spending
        self._display = display(options.progress)
        self._started = time.monotonic()
        self._shown_at = float("-inf")
        self._recent: list[tuple[float, int]] = [(self._started, 0)]
        self._latency = (0, 0.0)
        self.curve = Curve()

    async def show(self) -> None:
        """Look until cancelled."""
        while True:
            self._look()
            await asyncio.sleep(_LOOK_EVERY)

    def end(self) -> None:
        """Look a last time, and leave the line."""
        self._look(is_last=True)
        self._display.end()

    def _look(self, *, is_last: bool = False) -> None:
        now = time.monotonic()
        results = self._tally.answered + self._tally.failed
        self._recent.append((now, results))
        while len(self._recent) > 2 and self._recent[1][0] < now - _OF_LATE:
            self._recent.pop(0)
        latencies = self._tally.latencies
        count, total = latencies.count - self._latency[0], latencies.total - self._latency[1]
        schedule = self._schedule
        mean = total / count if count else 0.0
        if self.curve.add(now - self._started, results, schedule.in_flight, schedule.level, mean):
            self._latency = (latencies.count, latencies.total)
        if is_last or now - self._shown_at >= self._display.every:
            self._shown_at = now
            self._display.show(self._snapshot(now, results))

    def _snapshot(self, now: float, results: int) -> Snapshot:
        plan, tally = self._plan, self._tally
        (then, before), (_, after) = self._recent[0], self._recent[-1]
        rate = (after - before) / (now - then) if now > then else 0.0
        left = plan.to_do - results
        return Snapshot(
            total=plan.to_do + plan.done + plan.failed,
            done=plan.done + plan.failed + results,
            failed=plan.failed + tally.failed,
            in_flight=self._schedule.in_flight,
            level=self._schedule.level,
            rate=rate,
            tokens=tally.tokens,
            cost=float(self._spending.spent) if self._spending.has_prices else None,
            seconds=now - self._started,
            seconds_left=left / rate if rate > 0 else None,
            waits_for=self._schedule.waits_for,
        )
