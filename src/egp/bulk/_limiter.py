"""Limits that several senders share: one limiter grants, and each sender spends what it was granted.

Senders ask for many grants at once, and report with them what answers say of limits: each sender calls the
limiter some twenty times a second, for any number of requests.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from egp.bulk._budget import Budget

if TYPE_CHECKING:
    from egp.bulk._rate_limits import RateLimit

__all__ = ["Ask", "Grant", "Lease", "LeaseOfTokens", "Limiter"]

_FOREVER = float("inf")
_AHEAD = 0.05  # seconds for which is granted at once, where a limit is known
_MOST = 500  # grants at once
_HISTORY = 600.0
_CUT_EVERY = 2.0


class Ask(NamedTuple):
    """What a sender reports and asks for, for one model. Times are seconds before now: clocks differ."""

    model: str
    wants: int = 0
    tokens: float = 0.0
    """The estimate for one request."""
    returned: int = 0
    """Grants that were not used."""
    accepted: int = 0
    """Answers since the last time."""
    correction: float = 0.0
    """Tokens used beyond the estimates."""
    requests_reported: tuple[float, RateLimit] | None = None
    """When the request was started whose answer was the last to name the limit, and that limit."""
    tokens_reported: tuple[float, RateLimit] | None = None
    is_refused: bool = False
    wait: float = 0.0
    """Seconds that the service asks all to wait."""


class Grant(NamedTuple):
    """What a sender may do."""

    starts: int
    """Requests that may be started."""
    pause: float
    """Seconds before which nothing may be."""


class _Shared:
    __slots__ = ("cut_at", "history", "paused_until", "requests", "tokens")

    def __init__(self, rpm: float | None, tpm: float | None) -> None:
        self.requests = Budget(rpm)
        self.tokens = Budget(tpm)
        self.paused_until = float("-inf")
        self.cut_at = float("-inf")
        self.history: deque[tuple[float, float, float]] = deque()

    def spent_at(self, time: float) -> tuple[float, float]:
        """Return what had been spent at a time."""
        before = (0.0, 0.0)
        for at, requests, tokens in self.history:
            if at > time:
                break
            before = requests, tokens
        return before


class Limiter:
    """The limits of all models."""

    def __init__(self, rpm: float | None, tpm: float | None) -> None:
        self._rpm, self._tpm = rpm, tpm
        self._models: dict[str, _Shared] = {}

    def exchange(self, now: float, asks: list[Ask]) -> list[Grant]:
        """Take in what a sender reports, and return what it may do: one grant for each ask."""
        return [self._exchange(now, ask) for ask in asks]

    def _exchange(self, now: float, ask: Ask) -> Grant:
        shared = self._models.get(ask.model)
        if shared is None:
            shared = self._models[ask.model] = _Shared(self._rpm, self._tpm)
        self._learn(shared, now, ask)
        if shared.paused_until > now:
            return Grant(0, shared.paused_until - now)
        count = 0
        requests, tokens = shared.requests, shared.tokens
        while count < min(ask.wants, _MOST):
            at = max(now, requests.ready_at(now, 1.0), tokens.ready_at(now, ask.tokens))
            if at > now + _AHEAD:
                break
            requests.start(at, 1.0)
            tokens.start(at, ask.tokens)
            count += 1
        if count:
            shared.history.append((now, requests.spent, tokens.spent))
            while shared.history[0][0] < now - _HISTORY:
                shared.history.popleft()
        return Grant(count, 0.0)

    def _learn(self, shared: _Shared, now: float, ask: Ask) -> None:
        requests, tokens = shared.requests, shared.tokens
        if ask.returned:
            requests.correct(-ask.returned)
            tokens.correct(-ask.returned * ask.tokens)
        if ask.correction:
            tokens.correct(ask.correction)
        if ask.accepted:
            requests.accept(now, ask.accepted)
        reports = (ask.requests_reported, ask.tokens_reported)
        for index, (budget, report) in enumerate(zip((requests, tokens), reports, strict=True)):
            if report is not None:
                seconds_ago, limit = report
                started_at = now - seconds_ago
                budget.learn(limit, now, started_at, shared.spent_at(started_at)[index])
        if ask.is_refused and now >= shared.cut_at + _CUT_EVERY:
            shared.cut_at = now
            requests.refuse(now)
        if ask.wait:
            shared.paused_until = max(shared.paused_until, now + ask.wait)


class Lease(Budget):
    """What one sender may spend of a model's requests: grants of the limiter, in place of a limit."""

    __slots__ = (
        "_accepted_count",
        "_available",
        "_is_refused",
        "_is_wanting",
        "_last_used",
        "_pause_until",
        "_requests_reported",
        "_wait_until",
        "model",
        "tokens",
        "tokens_each",
    )

    def __init__(self, model: str) -> None:
        super().__init__()
        self.model = model
        self.tokens = LeaseOfTokens(self)
        self.tokens_each = 0.0
        self._available = 0
        self._is_wanting = False
        self._pause_until = float("-inf")
        self._accepted_count = 0
        self._requests_reported: tuple[float, RateLimit] | None = None
        self._is_refused = False
        self._wait_until = float("-inf")
        self._last_used = float("-inf")

    @property
    def is_bounded(self) -> bool:
        """Always: there is a limiter."""
        return True

    def ready_at(self, now: float, cost: float) -> float:  # noqa: ARG002 - see Budget
        """Return now where there is a grant; else never, until the limiter gives one."""
        if self._pause_until > now:
            return self._pause_until
        if self._available >= 1:
            return now
        self._is_wanting = True
        return _FOREVER

    def start(self, now: float, cost: float) -> None:
        """Use a grant."""
        self._available -= 1
        self._spent += cost
        self._last_used = now

    def accept(self, now: float, cost: float) -> None:  # noqa: ARG002 - see Budget
        """Note an answer."""
        self._accepted_count += 1

    def learn(self, reported: RateLimit, now: float, started_at: float, spent_then: float) -> bool:  # noqa: ARG002
        """Keep the limit that an answer names, for the limiter."""
        if self._requests_reported is None or started_at >= self._requests_reported[0]:
            self._requests_reported = started_at, reported
        return False

    def refuse(self, now: float) -> bool:  # noqa: ARG002 - see Budget
        """Keep a refusal, for the limiter."""
        self._is_refused = True
        return False

    def hold(self, until: float) -> None:
        """Keep what the service asks all to wait, for the limiter."""
        self._wait_until = max(self._wait_until, until)

    def ask(self, now: float) -> Ask | None:
        """Return what to report to the limiter and to ask of it; None where there is nothing."""
        returned = 0
        if self._available and not self._is_wanting and now - self._last_used > 1.0:
            returned, self._available = self._available, 0
        tokens = self.tokens
        ask = Ask(
            self.model,
            _MOST if self._is_wanting else 0,
            self.tokens_each,
            returned,
            self._accepted_count,
            tokens.correction,
            _aged(self._requests_reported, now),
            _aged(tokens.reported, now),
            self._is_refused,
            max(0.0, self._wait_until - now),
        )
        self._accepted_count, tokens.correction = 0, 0.0
        self._requests_reported = tokens.reported = None
        self._is_refused = False
        return None if ask == Ask(self.model, tokens=self.tokens_each) else ask

    def take(self, now: float, grant: Grant) -> None:
        """Take what the limiter gives."""
        self._available += grant.starts
        if grant.starts:
            self._is_wanting = False
        if grant.pause:
            self._pause_until = max(self._pause_until, now + grant.pause)


class LeaseOfTokens(Budget):
    """The tokens of a `Lease`: kept for the limiter, which counts them."""

    __slots__ = ("_lease", "correction", "reported")

    def __init__(self, lease: Lease) -> None:
        super().__init__()
        self._lease = lease
        self.correction = 0.0
        self.reported: tuple[float, RateLimit] | None = None

    def start(self, now: float, cost: float) -> None:  # noqa: ARG002 - see Budget
        """Note the estimate for a request."""
        lease = self._lease
        lease.tokens_each = (
            cost if not lease.tokens_each else lease.tokens_each + 0.1 * (cost - lease.tokens_each)
        )
        self._spent += cost

    def correct(self, difference: float) -> None:
        """Note what it took beyond that."""
        self.correction += difference

    def learn(self, reported: RateLimit, now: float, started_at: float, spent_then: float) -> bool:  # noqa: ARG002
        """Keep the limit that an answer names, for the limiter."""
        if self.reported is None or started_at >= self.reported[0]:
            self.reported = started_at, reported
        return False


def _aged(report: tuple[float, RateLimit] | None, now: float) -> tuple[float, RateLimit] | None:
    return None if report is None else (now - report[0], report[1])
