"""When a failed attempt is made again, and after how long."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, NamedTuple

from egp._core.json_types import is_integer, is_number
from egp._loading import LOADING
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "Again",
    "GiveUp",
    "Retry",
    "after_failure",
    "after_status",
    "checked_retry",
    "seconds_to_date",
]


class Retry(NamedTuple):
    """The retry policy: each value is one setting.

    Retried are connection errors, timeouts before the response headers, and the statuses below, only
    until the response headers of a success are in. `x-should-retry: true|false` from the server overrides
    the statuses, never `max_retries`. POST is retried too: a completion that was made twice costs its
    tokens twice, which users of such services accept for the sake of getting an answer.
    """

    max_retries: int = 2
    """Attempts after the first one; 0 or more."""
    initial: float = 0.5
    """Seconds before the first retry, where the server names no time; doubles with each retry."""
    maximum: float = 8.0
    """The longest wait in seconds that doubling leads to."""
    jitter: float = 0.25
    """The share of a wait, 0 to 1, that chance may take off it, so that clients do not come back as one."""
    retry_after_limit: float = 60.0
    """The longest wait in seconds that the server may ask for: beyond it the call gives up at once."""
    statuses: frozenset[int] = frozenset({408, 409, 429})
    """Statuses below 500 that are retried."""
    server_errors: bool = True
    """Whether 5xx is retried."""
    malformed: bool = False
    """Whether an answer that breaks the rules of HTTP is asked for again. It may have been paid for."""


class Again(NamedTuple):
    """Make another attempt."""

    after: float
    """Seconds to wait first."""


class GiveUp(NamedTuple):
    """Make no other attempt."""

    why: str | None = None
    """What to add to the error, where the reason is not the error itself."""


def checked_retry(policy: Retry) -> Retry:
    """Return the policy, or raise an `EGPError` that names the setting that makes no sense."""
    # Users pass what they like, whatever the types say.
    given: dict[str, Any] = policy._asdict()
    if not (is_integer(policy.max_retries) and policy.max_retries >= 0):
        raise EGPError(f"max_retries must be an integer >= 0, got {policy.max_retries!r}")
    for name in ("initial", "maximum", "retry_after_limit"):
        if not (is_number(given[name]) and 0 <= given[name] < float("inf")):
            raise EGPError(f"Retry.{name} must be a number of seconds >= 0, got {given[name]!r}")
    if not (is_number(policy.jitter) and 0 <= policy.jitter <= 1):
        raise EGPError(f"Retry.jitter must be a share from 0 to 1, got {policy.jitter!r}")
    if not (isinstance(given["statuses"], Collection) and all(map(is_integer, policy.statuses))):
        raise EGPError(f"Retry.statuses must be a set of integers, got {policy.statuses!r}")
    for name in ("server_errors", "malformed"):
        if not isinstance(given[name], bool):
            raise EGPError(f"Retry.{name} must be True or False, got {given[name]!r}")
    return policy


def after_status(
    policy: Retry,
    *,
    status: int,
    headers: Mapping[str, str],
    retries: int,
    random: Callable[[], float],
    time: Callable[[], float],
) -> Again | GiveUp:
    """Decide what follows a response with an error status, after `retries` retries."""
    told = headers.get("x-should-retry", "").strip().lower()
    if told == "false" or (told != "true" and not _is_retried(policy, status)):
        return GiveUp()
    if retries >= policy.max_retries:
        return GiveUp()
    asked = _asked_wait(headers, time)
    if asked is None:
        return Again(_backoff(policy, retries, random))
    if asked > policy.retry_after_limit:
        return GiveUp(
            f"the server asks to wait {asked:.6g} s, longer than the limit of"
            f" {policy.retry_after_limit:.6g} s: not retried"
        )
    return Again(asked)


def after_failure(
    policy: Retry, *, retries: int, random: Callable[[], float], stale: bool = False
) -> Again | GiveUp:
    """Decide what follows an attempt without a response.

    `stale` says that a kept connection turned out to be closed: there is nothing to wait for then.
    """
    if retries >= policy.max_retries:
        return GiveUp()
    return Again(0.0 if stale else _backoff(policy, retries, random))


def _is_retried(policy: Retry, status: int) -> bool:
    return status in policy.statuses or (policy.server_errors and 500 <= status <= 599)


def _backoff(policy: Retry, retries: int, random: Callable[[], float]) -> float:
    # The exponent is bounded because 2.0 ** 1024 overflows.
    wait = min(policy.maximum, policy.initial * 2.0 ** min(retries, 64))
    return wait * (1 - policy.jitter * random())


def _is_number(value: str) -> bool:
    # Compiled when it is first needed, which most clients never see.
    return re.fullmatch(r"\d+(\.\d*)?|\.\d+", value, re.ASCII) is not None


def _asked_wait(headers: Mapping[str, str], time: Callable[[], float]) -> float | None:
    """Return the seconds that the server asks to wait; None when it names no time that can be read."""
    milliseconds = headers.get("retry-after-ms", "").strip()
    if _is_number(milliseconds):
        return float(milliseconds) / 1000
    # RFC 9110, section 10.2.3: a number of seconds or a date. Fractions are not in it, and are sent.
    value = headers.get("retry-after", "").strip()
    if _is_number(value):
        return float(value)
    return seconds_to_date(value, time()) if value else None


def seconds_to_date(value: str, now: float) -> float | None:
    """Return the seconds from `now`, since 1970, to a date of HTTP: at least 0; None where it is no date."""
    # Imported here: they are slow to load, and most clients never see a date.
    with LOADING:
        from datetime import UTC
        from email.utils import parsedate_to_datetime

    try:
        date = parsedate_to_datetime(value)
        if date.tzinfo is None:
            # The oldest of the three forms (RFC 9110, section 5.6.7) names no zone, and means UTC.
            date = date.replace(tzinfo=UTC)
        return max(0.0, date.timestamp() - now)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
