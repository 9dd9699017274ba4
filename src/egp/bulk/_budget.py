"""How fast one resource of one model, its requests or its tokens, may be spent.

Three limits are kept, and the slowest rules: the user's own, the one that the service names in its answers,
and, where it refuses and names none, the rate that it has turned out to accept.

What is left is spread evenly until the reset. That fits both kinds of limiters. Where a window starts anew
at the reset, all of it is used by then. Where a bucket refills all the time, and the reset names the moment
at which it would be full, the rate settles at the refill, with the bucket half full.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from egp.bulk._rate_limits import RateLimit

__all__ = ["Budget"]

_WINDOW = 60.0  # what a limit is taken to be per, where no reset is named
_RESERVE = 0.005  # the share of a limit that is left alone: requests may overtake each other
_SLACK = 0.1  # seconds for which a rate that was not used may be made up for
_CUT = 0.85  # what is left of a rate after a refusal that nothing announced
_GROWTH = 0.004  # the share by which such a rate grows each second
_ENOUGH = 20  # things accepted, before a rate is taken from them
_SLICE = 5.0  # seconds
_SLICES = 24  # over which the accepted rate is averaged, pauses and all


class Budget:
    """Requests or tokens; times are seconds of any clock that does not go back."""

    __slots__ = (
        "_accepted",
        "_began",
        "_found",
        "_found_at",
        "_left",
        "_limit",
        "_mark",
        "_owed",
        "_refilled_at",
        "_reported_at",
        "_reset_at",
        "_spent",
        "_user_rate",
    )

    def __init__(self, per_minute: float | None = None) -> None:
        self._user_rate = None if per_minute is None else per_minute / 60
        self._limit: float | None = None
        self._left = 0.0
        self._reset_at = 0.0
        self._refilled_at: float | None = None
        self._reported_at = float("-inf")
        self._found: float | None = None
        self._found_at = 0.0
        self._accepted: dict[int, float] = {}
        self._began: float | None = None
        self._spent = 0.0
        self._mark = float("-inf")
        self._owed = 0.0

    @property
    def is_bounded(self) -> bool:
        """Whether any limit is known."""
        return self._limit is not None or self._user_rate is not None or self._found is not None

    @property
    def spent(self) -> float:
        """What has been spent since the beginning."""
        return self._spent

    def ready_at(self, now: float, cost: float) -> float:
        """Return when something of this cost may be started; not after `now` where it may be at once."""
        if self._limit is None and self._user_rate is None and self._found is None:
            return now
        at = now
        rate = self._user_rate
        if self._limit is not None:
            reported = self._reported_rate(now, cost)
            if reported <= 0:
                return self._reset_at
            rate = reported if rate is None else min(rate, reported)
        if self._found is not None:
            found = self._found_rate(now)
            rate = found if rate is None else min(rate, found)
        if rate is not None and self._owed > 0:
            at = self._mark + self._owed / rate
        return at

    def start(self, now: float, cost: float) -> None:
        """Note that something has been started."""
        self._mark = max(self.ready_at(now, cost), now - _SLACK) if self._owed > 0 else now
        self._mark = min(self._mark, now)
        self._owed = cost
        self._left -= cost
        self._spent += cost

    def correct(self, difference: float) -> None:
        """Note that something has cost more than was thought, or less."""
        self._left -= difference
        self._spent += difference
        self._owed = max(0.0, self._owed + difference)

    def accept(self, now: float, cost: float) -> None:
        """Note that the service has taken something."""
        if self._began is None:
            self._began = now
        current = int(now / _SLICE)
        accepted = self._accepted
        if current in accepted:
            accepted[current] += cost
            return
        accepted[current] = cost
        for old in [known for known in accepted if known <= current - _SLICES]:
            del accepted[old]

    def learn(self, reported: RateLimit, now: float, started_at: float, spent_then: float) -> bool:
        """Take in the limit that an answer names; return whether it is lower than the one before.

        The request was started at `started_at`, when `spent_then` was spent. The service counted when it came
        in: what has been started since is not in its number. An answer to an older request than that of the
        last report is passed over.
        """
        limit = reported.limit
        if limit is None:
            limit = self._limit if self._limit is not None else reported.remaining
        if limit is None or limit <= 0 or started_at < self._reported_at:
            return False
        is_lower = self._limit is not None and limit < self._limit
        self._reported_at = started_at
        self._limit = limit
        reset = _WINDOW if reported.reset is None else reported.reset
        if reported.remaining is not None:
            self._left = reported.remaining - (self._spent - spent_then)
            self._reset_at = started_at + reset
            self._refilled_at = None
        elif self._refilled_at is None and now >= self._reset_at:
            self._left, self._reset_at = limit, now + reset
        return is_lower

    def refuse(self, now: float) -> bool:
        """Note a refusal. Returns whether it came while the service had said that there was enough."""
        if self._limit is not None and self._left <= 0.05 * self._limit:
            return False
        first = int(now / _SLICE) - _SLICES + 1
        accepted = sum(cost for known, cost in self._accepted.items() if known >= first)
        if self._began is None or accepted < _ENOUGH:
            # So few say nothing of a rate.
            return True
        rate = accepted / max(1.0, now - max(self._began, first * _SLICE))
        if self._found is not None:
            rate = min(max(rate, self._found), self._found_rate(now))
        self._found = _CUT * rate
        self._found_at = now
        return True

    def hold(self, until: float) -> None:
        """Note that the service asks to wait; the schedule does, and a budget needs to know nothing of it."""

    def _reported_rate(self, now: float, cost: float) -> float:
        limit = self._limit or 0.0
        if self._refilled_at is None and now >= self._reset_at:
            # What has been left since is not known. Where little was, it is taken to be half, at which what
            # is spent is what is refilled.
            self._left = limit if self._left >= limit / 2 else limit / 2
            self._refilled_at = now
        if self._refilled_at is not None:
            refill = limit / _WINDOW
            self._left = min(limit, self._left + refill * (now - self._refilled_at))
            self._refilled_at = now
            self._reset_at = now + (limit - self._left) / refill
        left = self._left - _RESERVE * limit
        # Something dearer than the limit is sent when most of it is there.
        if left <= 0 or left < min(cost, 0.4 * limit):
            return 0.0
        return left / max(self._reset_at - now, 1e-3)

    def _found_rate(self, now: float) -> float:
        assert self._found is not None  # noqa: S101 - for type checkers: both callers looked
        return self._found * (1 + _GROWTH * (now - self._found_at))
