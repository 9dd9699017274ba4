"""Which request is started when, and what becomes of it: all decisions of a run, without I/O or a clock.

Requests to one model are a lane: limits, `Retry-After` and outages are a model's own, and hold for all of
its requests, not for the one that met them. Retries are decided here alone; the client makes none.
"""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from enum import Enum
from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

from egp.bulk._budget import Budget
from egp.bulk._level import Level
from egp.bulk._verdict import Fate

if TYPE_CHECKING:
    from collections.abc import Callable

    from egp.bulk._rate_limits import RateLimit
    from egp.bulk._request import Request
    from egp.bulk._spending import Spending
    from egp.bulk._verdict import Verdict

__all__ = ["Job", "Next", "Policy", "Schedule"]

_FOREVER = float("inf")
_FREE = Decimal(0)
_FIRST_GUESS = 256  # tokens of an answer, before any has come
_LONGEST_BACKOFF = 30.0
_FEW = 3  # failures in a row that are no accident
_QUEUED_BYTES = 32 * 1024 * 1024


class Policy(NamedTuple):
    """What the user allows a run."""

    max_concurrency: int = 200
    rpm: float | None = None
    """Requests a minute, for each model."""
    tpm: float | None = None
    """Tokens a minute, for each model, of prompts and answers together."""
    max_retries: int = 5
    """Attempts of a request after its first that fail while the service answers others."""
    patience: float = 900.0
    """Seconds without any answer, or asked for by the service, after which the run stops."""


class Next(Enum):
    """What follows an attempt."""

    WRITE = "write"
    """The request is done with: its line is written."""
    LATER = "later"
    """It is asked again, when its time has come."""
    DROP = "drop"
    """The run stops; the request has no line, and a later run asks it again."""


class Job:
    """A request on its way."""

    __slots__ = (
        "cost",
        "digest",
        "due",
        "failures",
        "first_started_at",
        "number",
        "request",
        "spent_requests",
        "spent_tokens",
        "started_at",
        "tokens",
    )

    def __init__(self, request: Request, digest: int, number: int) -> None:
        self.request = request
        self.digest = digest
        self.number = number
        self.failures = 0
        self.started_at = 0.0
        self.first_started_at: float | None = None
        self.due = 0.0
        self.tokens = 0.0
        self.cost = _FREE
        self.spent_requests = 0.0
        self.spent_tokens = 0.0


class _Lane:
    """The requests to one model."""

    __slots__ = (
        "average",
        "failed_ids",
        "in_flight",
        "is_away",
        "level",
        "model",
        "paused_by",
        "paused_until",
        "probed_at",
        "probes",
        "queue",
        "ratio",
        "refusals",
        "refused_at",
        "requests",
        "retries",
        "silent_since",
        "tokens",
        "waits",
    )

    def __init__(self, model: str, policy: Policy, budgets: tuple[Budget, Budget]) -> None:
        self.model = model
        self.queue: deque[Job] = deque()
        self.retries: list[tuple[float, int, Job]] = []
        self.requests, self.tokens = budgets
        self.level = Level(policy.max_concurrency)
        self.in_flight = 0
        self.paused_until = float("-inf")
        self.paused_by = ""
        self.average: float | None = None
        self.ratio = 1.0
        self.refusals = 0
        self.refused_at = float("-inf")
        self.is_away = False
        self.probes = 0
        self.probed_at = float("-inf")
        self.failed_ids: set[str] = set()
        self.silent_since: float | None = None
        self.waits = ""

    def estimate(self, request: Request) -> float:
        most = request.most_tokens
        guess = self.average
        if guess is None:
            guess = _FIRST_GUESS if most is None else most
        elif most is not None:
            guess = min(guess, most)
        return request.prompt_tokens * self.ratio + guess

    def ready_at(self, now: float) -> float:
        """When the next request may be started; never, while others must end first."""
        if not self.queue and not self.retries:
            self.waits = ""
            return _FOREVER
        if self.in_flight >= (1 if self.is_away else int(self.level.value)):
            self.waits = "outage" if self.is_away else "concurrency"
            return _FOREVER
        job = self.head(now)
        at = max(now, job.due)
        self.waits = "retry" if at > now else ""
        if self.paused_until > at:
            at, self.waits = self.paused_until, self.paused_by
        spendable = self.requests.ready_at(now, 1.0)
        if spendable > at:
            at, self.waits = spendable, "requests a minute"
        if self.tokens.is_bounded:
            spendable = self.tokens.ready_at(now, self.estimate(job.request))
            if spendable > at:
                at, self.waits = spendable, "tokens a minute"
        return at

    def head(self, now: float) -> Job:
        if self.retries and (not self.queue or self.retries[0][0] <= now):
            return self.retries[0][2]
        return self.queue[0]

    def take(self, now: float) -> Job:
        if self.retries and (not self.queue or self.retries[0][0] <= now):
            return heappop(self.retries)[2]
        return self.queue.popleft()


class Schedule:
    """The requests of a run that have been read and not been done with. Times are of a monotonic clock."""

    def __init__(
        self,
        policy: Policy,
        random: Callable[[], float],
        spending: Spending | None = None,
        budgets: Callable[[str], tuple[Budget, Budget]] | None = None,
    ) -> None:
        """`budgets` makes the budgets of a model's requests and tokens, where they are not its own."""
        self._budgets = budgets or self._own_budgets
        self._policy = policy
        self._spending = spending
        self._random = random
        self._lanes: dict[str, _Lane] = {}
        self._turn = 0
        self._sequence = 0
        self._queued_bytes = 0
        self.queued = 0
        """Requests that wait to be started, for the first time or again."""
        self.in_flight = 0
        self.stopped: str | None = None
        """Why nothing is started any more; None while it is."""
        self.slowed: dict[str, float] = {}
        """Seconds in which nothing could be started, by reason."""
        self.events: dict[str, int] = {}
        """How often something was changed, by what it was."""
        self._waiting: tuple[float, str] | None = None

    def wants_more(self) -> bool:
        """Return whether more requests should be read: enough for all lanes, and not too much for memory."""
        window = max(1000, 2 * self._policy.max_concurrency)
        return self.stopped is None and self.queued < window and self._queued_bytes < _QUEUED_BYTES

    def has_room(self) -> bool:
        """Return whether more requests may be in flight than are, and some wait."""
        if self.in_flight >= self._policy.max_concurrency:
            return False
        return any(lane.queue and lane.in_flight < int(lane.level.value) for lane in self._lanes.values())

    def _own_budgets(self, _model: str) -> tuple[Budget, Budget]:
        return Budget(self._policy.rpm), Budget(self._policy.tpm)

    def is_over(self) -> bool:
        """Return whether nothing is started any more."""
        return self.stopped is not None

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits and nothing is in flight."""
        return not self.queued and not self.in_flight

    @property
    def level(self) -> float:
        """How many requests may be in flight, over all lanes."""
        total = sum(1.0 if lane.is_away else lane.level.value for lane in self._lanes.values())
        return min(total, float(self._policy.max_concurrency))

    @property
    def waits_for(self) -> str:
        """Why nothing is started just now; empty while nothing is in the way."""
        return "" if self._waiting is None else self._waiting[1]

    def offer(self, job: Job) -> None:
        """Add a request that has been read."""
        lane = self._lanes.get(job.request.model)
        if lane is None:
            lane = self._lanes[job.request.model] = _Lane(
                job.request.model, self._policy, self._budgets(job.request.model)
            )
        lane.queue.append(job)
        self.queued += 1
        self._queued_bytes += len(job.request.body)

    def stop(self, why: str) -> None:
        """Start nothing any more. The first reason stays."""
        if self.stopped is None:
            self.stopped = why

    def next(self, now: float) -> Job | float:
        """Return the request to start now, or the time before which none may be.

        That time is infinite where something must end, or be read, first.
        """
        if self.stopped is not None:
            return _FOREVER
        if self.in_flight >= self._policy.max_concurrency:
            self._wait(now, "concurrency")
            return _FOREVER
        earliest, why = _FOREVER, ""
        lanes = list(self._lanes.values()) if len(self._lanes) > 1 else self._lanes.values()
        if isinstance(lanes, list):
            self._turn = (self._turn + 1) % len(lanes)
            lanes = lanes[self._turn :] + lanes[: self._turn]
        for lane in lanes:
            at = lane.ready_at(now)
            if at <= now:
                job = self._start(lane, now)
                if job is not None:
                    return job
                at = _FOREVER
            if lane.waits and (not why or at < earliest):
                why = lane.waits
            earliest = min(earliest, at)
        self._wait(now, why)
        return earliest

    def finish(self, job: Job, verdict: Verdict, now: float, usage: tuple[int, int] | None = None) -> Next:
        """Take in how an attempt ended. `usage` is the tokens of prompt and answer, where they are known."""
        lane = self._lanes[job.request.model]
        lane.in_flight -= 1
        self.in_flight -= 1
        if self._spending is not None:
            self._spending.settle(job.cost)
        if usage is not None:
            _weigh(lane, job, usage)
        self._learn(lane, job, verdict, now)
        fate = verdict.fate
        if fate in {Fate.DONE, Fate.ENDED}:
            self._answered(lane, job, now, is_good=fate is Fate.DONE)
            return Next.WRITE
        if fate is Fate.STOP:
            self.stop(f"{verdict.why}: {verdict.message}")
            return Next.DROP
        if fate is Fate.REFUSED:
            return self._refused(lane, job, verdict, now)
        return self._failed(lane, job, verdict, now)

    def _start(self, lane: _Lane, now: float) -> Job | None:
        if self._spending is not None and not self._affords(self._spending, lane, lane.head(now)):
            return None
        job = lane.take(now)
        self.queued -= 1
        self._queued_bytes -= len(job.request.body)
        job.tokens = lane.estimate(job.request)
        lane.requests.start(now, 1.0)
        lane.tokens.start(now, job.tokens)
        job.started_at = now
        if job.first_started_at is None:
            job.first_started_at = now
        job.spent_requests, job.spent_tokens = lane.requests.spent, lane.tokens.spent
        lane.in_flight += 1
        self.in_flight += 1
        lane.level.start(lane.in_flight)
        if self._waiting is not None:
            since, why = self._waiting
            self.slowed[why] = self.slowed.get(why, 0.0) + now - since
            self._waiting = None
        return job

    def _affords(self, spending: Spending, lane: _Lane, job: Job) -> bool:
        """Whether a request can be paid for; if not, and none in flight may come cheaper, the run stops."""
        job.cost = spending.estimate(job.request, _FIRST_GUESS if lane.average is None else lane.average)
        if spending.allows(job.cost):
            spending.start(job.cost)
            return True
        lane.waits = "max_cost"
        if not self.in_flight:
            self.stop("max_cost is reached")
        return False

    def _wait(self, now: float, why: str) -> None:
        if self._waiting is not None and self._waiting[1] != why:
            since, before = self._waiting
            self.slowed[before] = self.slowed.get(before, 0.0) + now - since
            self._waiting = None
        if why and self._waiting is None:
            self._waiting = (now, why)

    def _note(self, what: str) -> None:
        self.events[what] = self.events.get(what, 0) + 1

    def _learn(self, lane: _Lane, job: Job, verdict: Verdict, now: float) -> None:
        reported: RateLimit | None
        for budget, reported, spent in (
            (lane.requests, verdict.limits.requests, job.spent_requests),
            (lane.tokens, verdict.limits.tokens, job.spent_tokens),
        ):
            if reported is not None and budget.learn(reported, now, job.started_at, spent):
                self._note("limit lowered by the service")

    def _answered(self, lane: _Lane, job: Job, now: float, *, is_good: bool) -> None:
        if lane.is_away:
            lane.is_away = False
            lane.level.restart()
            self._note("service back")
        lane.probes = 0
        if job.started_at > lane.refused_at:
            # What was started before says nothing of how it is now.
            lane.refusals = 0
        lane.silent_since = None
        if lane.failed_ids:
            lane.failed_ids.clear()
        lane.requests.accept(now, 1.0)
        if is_good:
            lane.level.succeed()

    def _refused(self, lane: _Lane, job: Job, verdict: Verdict, now: float) -> Next:
        is_news = lane.level.shrink(now, job.started_at)
        if is_news:
            self._note("concurrency lowered after a 429")
        wait = verdict.wait
        is_unannounced = False
        if is_news and lane.refusals == 0:
            is_unannounced = lane.requests.refuse(now)
            if is_unannounced:
                self._note("rate lowered after a 429")
        if wait is not None:
            self._pause(lane, now + wait, "Retry-After")
        elif is_news and (is_unannounced or lane.refusals):
            self._pause(lane, now + self._backoff(lane.refusals), "429")
        if is_news:
            lane.refusals += 1
            lane.refused_at = now
        return self._again(lane, job, now, now, wait)

    def _failed(self, lane: _Lane, job: Job, verdict: Verdict, now: float) -> Next:
        if verdict.is_overload and lane.level.shrink(now, job.started_at):
            self._note(f"concurrency lowered after a {verdict.why}")
        if verdict.wait is not None:
            self._pause(lane, now + verdict.wait, "Retry-After")
        lane.failed_ids.add(job.request.custom_id)
        if not lane.is_away:
            lane.probes += 1
        elif job.started_at > lane.probed_at:
            # What was in flight already when the service went away is no probe.
            lane.probes += 1
            lane.probed_at = now
        # Failures come sooner than answers: a few in a row, of many in flight, are no outage.
        many = max(_FEW, 2 * (lane.in_flight + 1))
        # A request that the service fails at is no outage, however often it is tried.
        if not lane.is_away and lane.probes >= many and (verdict.is_silence or len(lane.failed_ids) >= _FEW):
            lane.is_away = True
            lane.probes = 0
            lane.probed_at = now
            self._note("service away")
        if lane.is_away:
            self._pause(lane, now + self._backoff(lane.probes), "outage")
            # The service is to blame, and not the request.
            return self._again(lane, job, now, now, verdict.wait)
        job.failures += 1
        if job.failures > self._policy.max_retries:
            return Next.WRITE
        return self._again(lane, job, now, now + self._backoff(job.failures - 1), verdict.wait)

    def _again(self, lane: _Lane, job: Job, now: float, due: float, wait: float | None) -> Next:
        if lane.silent_since is None:
            lane.silent_since = now
        patience = self._policy.patience
        if wait is not None and wait > patience:
            self.stop(f"the service asks to wait {wait:.0f} s, longer than the {patience:.0f} s allowed")
        elif now - lane.silent_since > patience:
            self.stop(f"no answer for {now - lane.silent_since:.0f} s")
        if self.stopped is not None:
            return Next.DROP
        job.due = due
        self._sequence += 1
        heappush(lane.retries, (due, self._sequence, job))
        self.queued += 1
        self._queued_bytes += len(job.request.body)
        self._note("attempts made again")
        return Next.LATER

    def _pause(self, lane: _Lane, until: float, why: str) -> None:
        if until > lane.paused_until:
            lane.paused_until, lane.paused_by = until, why
        if why == "Retry-After":
            lane.requests.hold(until)

    def _backoff(self, times: int) -> float:
        wait = min(_LONGEST_BACKOFF, 0.5 * 2.0 ** min(times, 16))
        return wait * (1 - 0.25 * self._random())


def _weigh(lane: _Lane, job: Job, usage: tuple[int, int]) -> None:
    """Correct the estimates by what was used."""
    prompt, answer = usage
    lane.tokens.correct(prompt + answer - job.tokens)
    lane.average = float(answer) if lane.average is None else lane.average + 0.05 * (answer - lane.average)
    if job.request.prompt_tokens:
        lane.ratio += 0.05 * (prompt / job.request.prompt_tokens - lane.ratio)
