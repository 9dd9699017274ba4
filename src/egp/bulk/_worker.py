"""What an actor does: it asks the requests of chunks, and keeps a journal of its own."""

from __future__ import annotations

import asyncio
import os
import random
import time
import uuid
from collections import deque
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from egp._loading import LOADING
from egp.bulk import _request
from egp.bulk._engine import Engine
from egp.bulk._limiter import Lease
from egp.bulk._request import digest_of
from egp.bulk._schedule import Job, Schedule
from egp.bulk._send import Sender
from egp.bulk._spending import Spending
from egp.bulk._tally import Tally
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from egp.bulk._budget import Budget
    from egp.bulk._folder import Folder, SharedJournal
    from egp.bulk._limiter import Ask, Grant
    from egp.bulk._options import Options

__all__ = ["Worker", "add_counts", "counts_of"]

_EXCHANGE_EVERY = 0.05


class Worker:
    """Sends on the event loop of its actor, for as long as the actor lives."""

    def __init__(
        self,
        folder: Folder,
        client: dict[str, Any],
        options: Options,
        exchange: Callable[[list[Ask], str | None], Awaitable[tuple[list[Grant], str | None]]],
    ) -> None:
        """`folder` has the chunks, and the journals.

        `exchange` tells the shared limiter what there is to tell, and why this one stops, if it does; it
        returns what the limiter grants, and why all stop.
        """
        self._folder = folder
        self._client_options = client
        self._options = options
        self._exchange = exchange
        self._jobs: deque[Job] = deque()
        self._chunks: dict[int, _Chunk] = {}
        self._leases: dict[str, Lease] = {}
        self._starting: asyncio.Lock | None = None
        self._engine: Engine | None = None
        self._tally = Tally()
        self._spending = Spending(options.prices, options.max_cost)
        self._schedule = Schedule(options.policy, random.random, self._spending, self._budgets)
        self._journal: SharedJournal | None = None
        self._cost_reported = Decimal(0)
        self._unpriced_reported = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._running: asyncio.Task[None] | None = None
        self.is_exhausted = False

    async def ask(self, name: str) -> dict[str, Any]:
        """Ask every request of a chunk; returns the counts since the last chunk, as JSON has them."""
        try:
            engine = await self._started()
        except EGPError as error:
            # Raised, it would be buried in Ray's own errors.
            self._schedule.stop(error.message)
            return self._counts()
        chunk = _Chunk()
        for line in (await self._taken(name)).splitlines():
            request = _request.read(line, 0, is_checked=True)
            job = Job(request, digest_of(request), 0)
            self._chunks[id(job)] = chunk
            chunk.left += 1
            self._jobs.append(job)
        engine.wake()
        if self._schedule.is_over() and self._running is not None:
            # What is in flight has been paid for: its lines are waited for.
            await asyncio.shield(self._running)
        elif chunk.left:
            await chunk.done.wait()
        await self._sync()
        return self._counts()

    def _counts(self) -> dict[str, Any]:
        counted, self._tally = self._tally, Tally()
        if self._engine is not None:
            self._engine.count_into(self._tally)
        # The spending itself goes on: it has the limit of the whole run to mind.
        spending = self._spending
        cost, unpriced = spending.spent - self._cost_reported, spending.unpriced - self._unpriced_reported
        self._cost_reported, self._unpriced_reported = spending.spent, spending.unpriced
        return {**counts_of(counted, self._schedule), "cost": str(cost), "unpriced": unpriced}

    async def _taken(self, name: str) -> bytes:
        """Return the requests of a chunk; none, and the run stops, where they cannot be read."""
        try:
            return await asyncio.to_thread(self._folder.take, name)
        except Exception as error:  # noqa: BLE001 - stores raise errors of their own
            if self._engine is not None:
                self._engine.stop(f"{self._folder.name} cannot be read: {error}")
            return b""

    async def _started(self) -> Engine:
        if self._starting is None:
            self._starting = asyncio.Lock()
        async with self._starting:
            if self._engine is None:
                self._engine = self._start()
            return self._engine

    def _start(self) -> Engine:
        with LOADING:
            from egp import AsyncClient

        limit = max(1000, self._options.max_concurrency)
        client = AsyncClient(max_connections=limit, **self._client_options)
        # A file of its own: nobody appends to one that may have been torn.
        self._journal = self._folder.open_journal(f"results-{os.getpid()}-{uuid.uuid4().hex}.jsonl")
        engine = Engine(self, self._schedule, Sender(client), self._tally, self._spending)
        self._running = asyncio.create_task(self._run(engine))
        self._tasks = [asyncio.create_task(self._share()), self._running]
        if self._journal.sync_every is not None:
            self._tasks.append(asyncio.create_task(self._keep_safe(self._journal.sync_every)))
        return engine

    async def _run(self, engine: Engine) -> None:
        await engine.dispatch()
        await engine.drain(None)
        # Only a stop ends it: nobody is to wait for what will not come.
        for chunk in self._chunks.values():
            chunk.done.set()

    async def _keep_safe(self, every: float) -> None:
        while True:
            await asyncio.sleep(every)
            await self._sync()

    async def _sync(self) -> None:
        if self._journal is None:
            return
        try:
            await asyncio.to_thread(self._journal.sync)
        except OSError as error:
            self._refused(error)

    def _refused(self, error: OSError) -> None:
        if self._engine is not None:
            self._engine.stop(f"{self._folder.name} cannot be written: {error.strerror}")

    def _budgets(self, model: str) -> tuple[Budget, Budget]:
        lease = self._leases[model] = Lease(model)
        return lease, lease.tokens

    async def _share(self) -> None:
        """Tell the limiter what there is, take what it gives, twenty times a second."""
        while True:
            now = time.monotonic()
            leases = list(self._leases.values())
            asked = [(lease, ask) for lease in leases if (ask := lease.ask(now)) is not None]
            stopped = self._schedule.stopped
            grants, why = await self._exchange([ask for _, ask in asked], stopped)
            now = time.monotonic()
            for (lease, _), grant in zip(asked, grants, strict=True):
                lease.take(now, grant)
            engine = self._engine
            if engine is not None:
                if why is not None and stopped is None:
                    engine.stop(why)
                engine.wake()
            await asyncio.sleep(_EXCHANGE_EVERY)

    # What the engine asks for

    def next_job(self) -> Job | None:
        """See `Work`."""
        return self._jobs.popleft() if self._jobs else None

    def finished(self, job: Job, line: bytes, *, is_success: bool) -> None:
        """Write the line; see `Work`."""
        journal = self._journal
        assert journal is not None  # noqa: S101 - for type checkers: it is opened before anything is sent
        try:
            journal.append(line)
        except OSError as error:
            self._tally.unwritten += 1
            self._refused(error)
        else:
            if is_success:
                self._tally.answered += 1
            else:
                self._tally.failed += 1
        self._settle(job)

    def dropped(self, job: Job) -> None:
        """See `Work`."""
        self._settle(job)

    def _settle(self, job: Job) -> None:
        chunk = self._chunks.pop(id(job), None)
        if chunk is not None:
            chunk.left -= 1
            if not chunk.left:
                chunk.done.set()


class _Chunk:
    """Requests that were handed over together."""

    def __init__(self) -> None:
        self.left = 0
        self.done = asyncio.Event()


_COUNTS = ("answered", "failed", "unwritten", "prompt_tokens", "completion_tokens", "cached_tokens")
_MAPPINGS = ("attempts", "statuses", "finish_reasons")


def counts_of(tally: Tally, schedule: Schedule) -> dict[str, Any]:
    """Return counts as JSON has them, so that they travel between machines."""
    counts: dict[str, Any] = {name: getattr(tally, name) for name in (*_COUNTS, "unknown_usage")}
    counts.update({name: getattr(tally, name) for name in _MAPPINGS})
    events, schedule.events = schedule.events, {}
    slowed, schedule.slowed = schedule.slowed, {}
    return {
        **counts,
        "latencies": tally.latencies.to_dict(),
        "events": events,
        "slowed": slowed,
        "stopped": schedule.stopped,
    }


def add_counts(tally: Tally, counts: dict[str, Any]) -> None:
    """Add what another machine has counted."""
    for name in (*_COUNTS, "unknown_usage"):
        setattr(tally, name, getattr(tally, name) + counts[name])
    for name in _MAPPINGS:
        into = getattr(tally, name)
        for key, number in counts[name].items():
            into[key] = into.get(key, 0) + number
    tally.latencies.add_dict(counts["latencies"])
