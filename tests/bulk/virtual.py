"""A run under a virtual clock: the schedule as it is, and limiters of the kinds that services have."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any, NamedTuple

from egp.bulk._rate_limits import rate_limits, retry_after
from egp.bulk._request import Request
from egp.bulk._schedule import Job, Next, Policy, Schedule
from egp.bulk._verdict import Fate, Verdict

PROMPT, ANSWER = 60, 90
WALL = 1_700_000_000.0


class Admission(NamedTuple):
    """What a service does about a request when it comes in."""

    status: int
    headers: dict[str, str]


class Bucket:
    """A limit of so much a minute, which refills all the time; its reset is when it would be full."""

    def __init__(self, per_minute: float) -> None:
        self.limit = per_minute
        self._left = per_minute
        self._at = 0.0

    def left(self, now: float) -> float:
        self._left = min(self.limit, self._left + max(0.0, now - self._at) * self.limit / 60)
        self._at = max(now, self._at)
        return self._left

    def take(self, amount: float) -> None:
        self._left -= amount

    def reset(self, now: float) -> float:
        return (self.limit - self.left(now)) / self.limit * 60

    def free_in(self, now: float, amount: float) -> float:
        return max(0.0, (amount - self.left(now)) / self.limit * 60)


class Window:
    """A limit of so much in each minute by the clock; its reset is when the next minute begins."""

    def __init__(self, per_minute: float, offset: float = 0.0) -> None:
        self.limit = per_minute
        self._offset = offset
        self._used = 0.0
        self._number = 0

    def left(self, now: float) -> float:
        number = int((now + self._offset) // 60)
        if number != self._number:
            self._number, self._used = number, 0.0
        return self.limit - self._used

    def take(self, amount: float) -> None:
        self._used += amount

    def reset(self, now: float) -> float:
        return 60 - (now + self._offset) % 60

    def free_in(self, now: float, amount: float) -> float:
        return self.reset(now)


class Service:
    """A service with both limits, which says what is left as OpenAI does, or says nothing."""

    def __init__(
        self,
        requests: Any,
        tokens: Any,
        *,
        latency: Callable[[int], float] = lambda number: 0.05,
        says: str = "all",
    ) -> None:
        self.requests, self.tokens = requests, tokens
        self.latency = latency
        self.says = says
        self.log: list[tuple[float, int, float]] = []
        """Time, status and tokens of each request."""

    def admit(self, now: float, tokens: float) -> Admission:
        taken = self.requests.left(now) >= 1 and self.tokens.left(now) >= tokens
        if taken:
            self.requests.take(1)
            self.tokens.take(tokens)
        self.log.append((now, 200 if taken else 429, tokens))
        return Admission(200 if taken else 429, self._headers(now, tokens, taken))

    def _headers(self, now: float, tokens: float, taken: bool) -> dict[str, str]:
        headers: dict[str, str] = {}
        if self.says == "all":
            for name, limit in (("requests", self.requests), ("tokens", self.tokens)):
                headers[f"x-ratelimit-limit-{name}"] = str(int(limit.limit))
                headers[f"x-ratelimit-remaining-{name}"] = str(max(0, int(limit.left(now))))
                headers[f"x-ratelimit-reset-{name}"] = f"{limit.reset(now):.3f}s"
        if not taken and self.says in {"all", "retry-after"}:
            wait = max(self.requests.free_in(now, 1), self.tokens.free_in(now, tokens))
            headers["retry-after"] = f"{wait:.2f}"
        return headers

    def counts(self, start: float, end: float) -> tuple[int, int, float]:
        """Answers, refusals, and tokens of the answers between two times."""
        part = [entry for entry in self.log if start <= entry[0] < end]
        answered = [entry for entry in part if entry[1] == 200]
        return len(answered), len(part) - len(answered), sum(entry[2] for entry in answered)


class Run:
    """A run of endless requests, or of so many."""

    def __init__(
        self,
        service: Any,
        policy: Policy | None = None,
        *,
        count: int = 10**9,
        size: int = 0,
        budgets: Any = None,
    ) -> None:
        self.service = service
        self.schedule = Schedule(policy or Policy(), lambda: 0.5, budgets=budgets)
        self.now = 0.0
        self.left = count
        self.done: list[tuple[float, str]] = []
        self.started: list[float] = []
        self._number = 0
        self._events: list[tuple[float, int, Any]] = []
        self._sequence = 0
        self._tokens = size or PROMPT + ANSWER

    def at(self, time: float, action: Callable[[], None]) -> None:
        self._push(time, action)

    def until(self, end: float) -> None:
        while self.now < end:
            found = self._offered()
            if isinstance(found, Job):
                self._send(found)
                continue
            if not self._events and found == float("inf"):
                return
            time = min(found, self._events[0][0] if self._events else float("inf"), end)
            self.now = max(self.now, time)
            while self._events and self._events[0][0] <= self.now:
                heapq.heappop(self._events)[2]()

    def _offered(self) -> Job | float:
        while self.left and self.schedule.wants_more():
            self.left -= 1
            self._number += 1
            request = Request(f"r{self._number}", b"{}", "m", False, PROMPT, None)
            self.schedule.offer(Job(request, 0, self._number))
        return self.schedule.next(self.now)

    def _send(self, job: Job) -> None:
        self.started.append(self.now)
        sent = self.now
        if hasattr(self.service, "answer"):
            verdict, latency = self.service.answer(self.now, job)
        else:
            admission = self.service.admit(self.now, self._tokens)
            latency = self.service.latency(len(self.service.log)) if admission.status == 200 else 0.01
            said = rate_limits(admission.headers, WALL)
            if admission.status == 200:
                verdict = Verdict(Fate.DONE, "200", said)
            else:
                wait = retry_after(admission.headers, WALL)
                verdict = Verdict(Fate.REFUSED, "429", said, wait, is_overload=True)
        self._push(sent + latency, lambda: self._end(job, verdict))

    def _end(self, job: Job, verdict: Verdict) -> None:
        usage = (PROMPT, self._tokens - PROMPT) if verdict.fate is Fate.DONE else None
        if self.schedule.finish(job, verdict, self.now, usage) is Next.WRITE:
            self.done.append((self.now, job.request.custom_id))

    def _push(self, time: float, action: Callable[[], None]) -> None:
        self._sequence += 1
        heapq.heappush(self._events, (time, self._sequence, action))
