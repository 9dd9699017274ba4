"""Sends what the schedule says, and hands on what comes of it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Protocol

from egp.bulk._schedule import Job, Next
from egp.bulk._tally import count

if TYPE_CHECKING:
    from egp.bulk._schedule import Schedule
    from egp.bulk._send import Outcome, Sender
    from egp.bulk._spending import Spending
    from egp.bulk._tally import Tally

__all__ = ["Engine", "Work"]

_READ_AT_ONCE = 64


class Work(Protocol):
    """Where requests come from, and where results go."""

    @property
    def is_exhausted(self) -> bool:
        """Whether no more requests will come."""
        ...

    def next_job(self) -> Job | None:
        """Return the next request; None where there is none just now."""
        ...

    def finished(self, job: Job, line: bytes, *, is_success: bool) -> None:
        """Take the line of a request that is done with."""

    def dropped(self, job: Job) -> None:
        """Take note of a request that has no line, since the run stops."""


class Engine:
    """Requests in flight on this event loop."""

    def __init__(
        self, work: Work, schedule: Schedule, sender: Sender, tally: Tally, spending: Spending
    ) -> None:
        self._work = work
        self._schedule = schedule
        self._sender = sender
        self._tally = tally
        self._spending = spending
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake: asyncio.Future[None] | None = None
        self.crash: BaseException | None = None
        """A fault that is no failure of a request; it ends the run, after what is in flight."""

    def count_into(self, tally: Tally) -> None:
        """Count on in another tally."""
        self._tally = tally

    async def dispatch(self) -> None:
        """Start requests until there are no more, or the run stops."""
        schedule, work = self._schedule, self._work
        loop = asyncio.get_running_loop()
        create_task, discard = loop.create_task, self._tasks.discard
        while True:
            self._read_on()
            found = schedule.next(time.monotonic())
            if isinstance(found, Job):
                task = create_task(self._ask(found))
                self._tasks.add(task)
                task.add_done_callback(discard)
            elif schedule.is_over() or (work.is_exhausted and schedule.is_empty):
                return
            else:
                await self._sleep(found)

    async def drain(self, grace: float | None) -> None:
        """Wait for what is in flight: as long as it takes, or for so many seconds."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=grace)
        self.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks))

    def cancel(self) -> None:
        """Break off what is in flight."""
        for task in self._tasks:
            task.cancel()

    def wake(self) -> None:
        """Look again what may be started."""
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    def stop(self, why: str) -> None:
        """Start nothing more."""
        self._schedule.stop(why)
        self.wake()

    def _read_on(self) -> None:
        """Read some requests, where there is room for them."""
        schedule, work = self._schedule, self._work
        if work.is_exhausted or not schedule.wants_more():
            return
        try:
            for _ in range(_READ_AT_ONCE):
                job = work.next_job()
                if job is None:
                    return
                schedule.offer(job)
        except Exception as error:  # noqa: BLE001 - what is in flight has been paid for, and is waited for
            self._fail(error)

    async def _sleep(self, until: float) -> None:
        """Wait until a time, or until something has happened."""
        loop = asyncio.get_running_loop()
        self._wake = future = loop.create_future()
        timer = None
        if until < float("inf"):
            timer = loop.call_later(max(0.0, until - time.monotonic()), self.wake)
        try:
            await future
        finally:
            self._wake = None
            if timer is not None:
                timer.cancel()

    async def _ask(self, job: Job) -> None:
        """Ask a request, and others after it for as long as some may be started at once.

        The next one goes out before the answer to another is looked at. If each turn of the event loop took
        in all answers first, requests would go out in clumps, their answers would come in clumps, and each
        would wait for its clump.
        """
        attempt = self._sender.attempt
        try:
            following: Job | None = job
            while following is not None:
                job = following
                self._finish(job, await attempt(job.request, job.digest))
                following = self._following()
        except Exception as error:  # noqa: BLE001 - a fault of ours must end the run, not one task
            self._fail(error)
        self.wake()

    def _following(self) -> Job | None:
        """Return a request to start now; None where there is none, or `dispatch` has to look."""
        schedule = self._schedule
        self._read_on()
        found = schedule.next(time.monotonic())
        if not isinstance(found, Job):
            return None
        if schedule.has_room():
            self.wake()
        return found

    def _fail(self, error: Exception) -> None:
        self.crash = error
        self._schedule.stop(f"a fault of the program: {error!r}")

    def _finish(self, job: Job, outcome: Outcome) -> None:
        tally, verdict, usage = self._tally, outcome.verdict, outcome.usage
        now = time.monotonic()
        count(tally.attempts, verdict.why)
        if usage is not None:
            tally.prompt_tokens += usage[0]
            tally.completion_tokens += usage[1]
            tally.cached_tokens += usage[2]
        if outcome.is_success:
            tally.latencies.add(now - job.started_at)
            tally.unknown_usage += usage is None
            if self._spending.has_prices:
                self._spending.pay(job.request.model, outcome.document)
        following = self._schedule.finish(job, verdict, now, None if usage is None else usage[:2])
        if following is Next.DROP:
            self._work.dropped(job)
        elif following is Next.WRITE:
            count(tally.statuses, verdict.why)
            if outcome.finish_reason is not None:
                count(tally.finish_reasons, outcome.finish_reason)
            self._work.finished(job, outcome.line, is_success=outcome.is_success)
