"""The run: reads, sends, writes, as the schedule says."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from egp.bulk import _output, _request, _scan
from egp.bulk._display import Watch
from egp.bulk._input import opened
from egp.bulk._request import digest_of
from egp.bulk._schedule import Job, Next, Schedule
from egp.bulk._send import Sender
from egp.bulk._spending import Spending
from egp.bulk._summary import Summary
from egp.bulk._tally import Tally, count
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from egp import AsyncClient
    from egp.bulk._input import Input, Line, Source
    from egp.bulk._journal import Journal
    from egp.bulk._options import Options
    from egp.bulk._scan import Plan
    from egp.bulk._send import Outcome

__all__ = ["perform"]

_SYNC_EVERY = 0.2
_READ_AT_ONCE = 64


async def perform(source: Source, output: Path, client: AsyncClient, options: Options) -> Summary:
    """Carry out a run, from the first look at its input to the report."""
    started = time.monotonic()
    with await opened(source) as lines, _target(lines, output, options) as target:
        plan = await _planned(lines, target.journal, options)
        run = _Run(lines, plan, target.journal, client, options, started)
        summary = await run.perform(output)
        if summary.is_complete:
            await asyncio.to_thread(target.finish, lines)
    if options.report:
        from egp.bulk._report import write

        for path in options.report:
            write(path, summary)
    return summary


def _target(lines: Input, output: Path, options: Options) -> _output.Target:
    lines.refuse(output)
    return _output.opened(output, ordered=options.ordered)


async def _planned(lines: Input, journal: Journal, options: Options) -> Plan:
    """Look over everything, in a thread, so that the look can be broken off."""
    is_over = threading.Event()

    def go_on(_: int) -> None:
        if is_over.is_set():
            raise EGPError("the look over the input was broken off")

    def look() -> Plan:
        plan = _scan.scan(
            lines,
            journal.entries,
            changed=options.changed,
            retry_failed=options.retry_failed,
            progress=go_on,
        )
        if plan.invalid and not options.skip_invalid:
            raise _scan.InvalidInputError(plan.faults, plan.invalid)
        drops = plan.drops
        if drops is not None:
            journal.rewrite(lambda written: not drops(written))
        # The table of ids is not needed any more.
        return plan._replace(drops=None)

    looking = asyncio.get_running_loop().run_in_executor(None, look)
    try:
        return await asyncio.shield(looking)
    except asyncio.CancelledError:
        is_over.set()
        with contextlib.suppress(EGPError):
            await looking
        raise


class _Run:
    def __init__(
        self,
        lines: Input,
        plan: Plan,
        journal: Journal,
        client: AsyncClient,
        options: Options,
        started: float,
    ) -> None:
        self._plan = plan
        self._journal = journal
        self._options = options
        self._sender = Sender(client)
        self._spending = Spending(options.prices, options.max_cost)
        self._spending.check(plan.models)
        self._schedule = Schedule(options.policy, random.random, self._spending)
        self._tally = Tally()
        self._left = _to_do(lines, plan)
        self._is_exhausted = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake: asyncio.Future[None] | None = None
        self._unwritten: list[tuple[bytes, bool]] = []
        self._rescue: Path | None = None
        self._crash: BaseException | None = None
        self._started = started
        self._interrupts = 0

    async def perform(self, output: Path) -> Summary:
        self._started = time.monotonic()
        watch = Watch(self._plan, self._tally, self._schedule, self._spending, self._options)
        keeping = asyncio.create_task(self._keep_safe())
        showing = asyncio.create_task(watch.show())
        try:
            with self._signals(), self._timer():
                await self._dispatch()
                await self._drain()
        finally:
            for task in self._tasks:
                task.cancel()
            for task in (keeping, showing):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            watch.end()
        if self._crash is not None:
            raise self._crash
        self._write_rest()
        with contextlib.suppress(OSError):
            await asyncio.to_thread(self._journal.sync)
        return self._summary(output, time.monotonic() - self._started, watch)

    # Sending

    async def _dispatch(self) -> None:
        schedule = self._schedule
        loop = asyncio.get_running_loop()
        create_task, discard = loop.create_task, self._tasks.discard
        while True:
            self._read_on()
            found = schedule.next(time.monotonic())
            if isinstance(found, Job):
                task = create_task(self._attempt(found))
                self._tasks.add(task)
                task.add_done_callback(discard)
            elif schedule.is_over() or (self._is_exhausted and schedule.is_empty):
                return
            else:
                await self._sleep(found)

    def _read_on(self) -> None:
        """Read some lines, where there is room for them."""
        schedule = self._schedule
        if self._is_exhausted or not schedule.wants_more():
            return
        for _ in range(_READ_AT_ONCE):
            line = next(self._left, None)
            if line is None:
                self._is_exhausted = True
                return
            request = _request.read(line.text, line.number)
            schedule.offer(Job(request, digest_of(request), line.number))
            if not schedule.wants_more():
                return

    async def _sleep(self, until: float) -> None:
        """Wait until a time, or until something has happened."""
        loop = asyncio.get_running_loop()
        self._wake = future = loop.create_future()
        timer = None
        if until < float("inf"):
            timer = loop.call_later(max(0.0, until - time.monotonic()), self._woken)
        try:
            await future
        finally:
            self._wake = None
            if timer is not None:
                timer.cancel()

    def _woken(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    async def _attempt(self, job: Job) -> None:
        try:
            outcome = await self._sender.attempt(job.request, job.digest)
            self._finish(job, outcome)
        except Exception as error:  # noqa: BLE001 - a fault of ours must end the run, not one task
            self._crash = error
            self._schedule.stop("a fault of the program")
        self._woken()

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
        if following is not Next.WRITE:
            return
        count(tally.statuses, verdict.why)
        if outcome.finish_reason is not None:
            count(tally.finish_reasons, outcome.finish_reason)
        self._write(outcome.line, is_success=outcome.is_success)

    # Ending

    async def _drain(self) -> None:
        """Wait for what is in flight: as long as it takes, or as the deadline's grace lasts."""
        schedule = self._schedule
        grace = self._options.grace if schedule.stopped == _DEADLINE else None
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=grace)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks))

    @contextlib.contextmanager
    def _timer(self) -> Generator[None]:
        deadline = self._options.deadline
        if deadline is None:
            yield
            return
        timer = asyncio.get_running_loop().call_later(deadline, self._stop, _DEADLINE)
        try:
            yield
        finally:
            timer.cancel()

    @contextlib.contextmanager
    def _signals(self) -> Generator[None]:
        """SIGINT and SIGTERM once: finish what is in flight. Twice: stop."""
        loop = asyncio.get_running_loop()
        handled: list[signal.Signals] = []
        if self._options.handle_signals and threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                # Loops of Windows handle none.
                with contextlib.suppress(NotImplementedError):
                    loop.add_signal_handler(number, self._interrupted, number.name)
                    handled.append(number)
        try:
            yield
        finally:
            for number in handled:
                loop.remove_signal_handler(number)

    def _interrupted(self, name: str) -> None:
        self._interrupts += 1
        self._stop(f"{name} was received")
        if self._interrupts > 1:
            for task in self._tasks:
                task.cancel()

    def _stop(self, why: str) -> None:
        self._schedule.stop(why)
        self._woken()

    # Writing

    def _write(self, line: bytes, *, is_success: bool) -> None:
        if not self._unwritten:
            try:
                self._journal.append(line)
            except OSError as error:
                self._stop(f"the output cannot be written: {error.strerror}")
            else:
                self._count_line(is_success=is_success)
                return
        self._unwritten.append((line, is_success))

    def _count_line(self, *, is_success: bool) -> None:
        if is_success:
            self._tally.answered += 1
        else:
            self._tally.failed += 1

    def _write_rest(self) -> None:
        """Write what there was no room for, where there is now; else keep it in a temporary file."""
        while self._unwritten:
            line, is_success = self._unwritten[0]
            try:
                self._journal.append(line)
            except OSError:
                break
            self._unwritten.pop(0)
            self._count_line(is_success=is_success)
        if not self._unwritten:
            return
        try:
            handle, name = tempfile.mkstemp(prefix="egp-bulk-rescued-", suffix=".jsonl")
            with os.fdopen(handle, "wb") as stream:
                stream.write(b"".join(line for line, _ in self._unwritten))
            self._rescue = Path(name)
        except OSError:
            self._rescue = None

    async def _keep_safe(self) -> None:
        while True:
            await asyncio.sleep(_SYNC_EVERY)
            if self._journal.unsynced:
                try:
                    await asyncio.to_thread(self._journal.sync)
                except OSError as error:
                    self._stop(f"the output cannot be written: {error.strerror}")

    def _summary(self, output: Path, seconds: float, watch: Watch) -> Summary:
        plan, tally, schedule = self._plan, self._tally, self._schedule
        latencies = tally.latencies
        latency: dict[str, float] = {}
        if latencies.count:
            for percent in (50, 90, 95, 99):
                latency[f"p{percent}"] = latencies.centile(percent) or 0.0
            latency["max"] = latencies.greatest
            latency["mean"] = latencies.total / latencies.count
        return Summary(
            output=output,
            total=plan.to_do + plan.done + plan.failed,
            done_before=plan.done,
            failed_before=plan.failed,
            answered=tally.answered,
            failed=tally.failed,
            invalid=plan.invalid,
            faults=plan.faults,
            unwritten=len(self._unwritten),
            rescue=self._rescue,
            foreign=plan.foreign,
            stopped=schedule.stopped,
            seconds=seconds,
            attempts=tally.attempts,
            statuses=tally.statuses,
            finish_reasons=tally.finish_reasons,
            prompt_tokens=tally.prompt_tokens,
            completion_tokens=tally.completion_tokens,
            cached_tokens=tally.cached_tokens,
            unknown_usage=tally.unknown_usage,
            cost=self._spending.spent if self._spending.has_prices else None,
            unpriced=self._spending.unpriced,
            latency=latency,
            slowed=schedule.slowed,
            events=schedule.events,
            curve=tuple(watch.curve.samples),
        )


_DEADLINE = "the deadline is over"


def _to_do(lines: Input, plan: Plan) -> Iterator[Line]:
    states = plan.states
    if not plan.to_do:
        return
    for line in lines.lines():
        if line.number > len(states):
            raise EGPError(f"{line.name} has grown while it was read: run again for the new lines")
        if states[line.number - 1] == _scan.TO_DO:
            yield line
