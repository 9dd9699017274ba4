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

from egp._loading import LOADING
from egp.bulk import _request, _scan
from egp.bulk._engine import Engine
from egp.bulk._input import opened
from egp.bulk._output import Target
from egp.bulk._request import digest_of
from egp.bulk._schedule import Job, Schedule
from egp.bulk._send import Sender
from egp.bulk._spending import Spending
from egp.bulk._summary import Summary
from egp.bulk._tally import Tally
from egp.bulk._watch import Watch
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from egp import AsyncClient
    from egp.bulk._input import Input, Line, Source
    from egp.bulk._journal import Journal
    from egp.bulk._options import Options
    from egp.bulk._scan import Plan

__all__ = ["perform"]

_SYNC_EVERY = 0.2


async def perform(source: Source, output: Path, client: AsyncClient, options: Options) -> Summary:
    """Carry out a run, from the first look at its input to the report."""
    with await opened(source) as lines, _target(lines, output, options) as target:
        plan = await _planned(lines, target.journal, options)
        run = _Run(lines, plan, target.journal, client, options)
        summary = await run.perform(output)
        if summary.is_complete:
            await asyncio.to_thread(target.finish, lines)
    if options.report:
        with LOADING:
            from egp.bulk._report import write

        for path in options.report:
            write(path, summary)
    return summary


def _target(lines: Input, output: Path, options: Options) -> Target:
    lines.refuse(output)
    return Target(output, ordered=options.ordered)


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
    """The work of a run on one machine: lines of a file, and a journal."""

    def __init__(
        self, lines: Input, plan: Plan, journal: Journal, client: AsyncClient, options: Options
    ) -> None:
        self._plan = plan
        self._journal = journal
        self._options = options
        self._spending = Spending(options.prices, options.max_cost)
        self._spending.check(plan.models)
        self._schedule = Schedule(options.policy, random.random, self._spending)
        self._tally = Tally()
        self._engine = Engine(self, self._schedule, Sender(client), self._tally, self._spending)
        self._left = _to_do(lines, plan)
        self.is_exhausted = False
        self._unwritten: list[tuple[bytes, bool]] = []
        self._rescue: Path | None = None
        self._interrupts = 0

    async def perform(self, output: Path) -> Summary:
        started = time.monotonic()
        engine = self._engine
        watch = Watch(self._plan, self._tally, self._schedule, self._spending, self._options)
        keeping = asyncio.create_task(self._keep_safe())
        showing = asyncio.create_task(watch.show())
        try:
            with self._signals(), self._timer():
                await engine.dispatch()
                is_late = self._schedule.stopped == _DEADLINE
                await engine.drain(self._options.grace if is_late else None)
        finally:
            engine.cancel()
            for task in (keeping, showing):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            watch.end()
        self._write_rest()
        with contextlib.suppress(OSError):
            await asyncio.to_thread(self._journal.sync)
        if engine.crash is not None:
            raise engine.crash
        return self._summary(output, time.monotonic() - started, watch)

    # What the engine asks for

    def next_job(self) -> Job | None:
        line = next(self._left, None)
        if line is None:
            self.is_exhausted = True
            return None
        request = _request.read(line.text, line.number, is_checked=True)
        return Job(request, digest_of(request), line.number)

    def finished(self, job: Job, line: bytes, *, is_success: bool) -> None:  # noqa: ARG002 - see Work
        if not self._unwritten:
            try:
                self._journal.append(line)
            except OSError as error:
                self._engine.stop(f"the output cannot be written: {error.strerror}")
            else:
                self._count_line(is_success=is_success)
                return
        self._unwritten.append((line, is_success))

    def dropped(self, job: Job) -> None:
        """Nothing: a later run asks it again."""

    # Ending

    @contextlib.contextmanager
    def _timer(self) -> Generator[None]:
        deadline = self._options.deadline
        if deadline is None:
            yield
            return
        timer = asyncio.get_running_loop().call_later(deadline, self._engine.stop, _DEADLINE)
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
        self._engine.stop(f"{name} was received")
        if self._interrupts > 1:
            self._engine.cancel()

    # Writing

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
                    self._engine.stop(f"the output cannot be written: {error.strerror}")

    def _summary(self, output: Path, seconds: float, watch: Watch) -> Summary:
        plan, tally, schedule = self._plan, self._tally, self._schedule
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
            latency=tally.latencies.summary(),
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
