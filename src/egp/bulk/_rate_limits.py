"""Rate limits: what the service says of them, in the headers of any answer.

Vendors write them in many ways: OpenAI `x-ratelimit-remaining-requests` with resets such as `6m0s` and
`1ms`, Anthropic `anthropic-ratelimit-tokens-reset` with a time of day, others `x-ratelimit-remaining` with
seconds or a Unix time, and the draft of the IETF `ratelimit: limit=100, remaining=50, reset=5`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from egp._core.retry import seconds_to_date

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NO_LIMITS", "RateLimit", "RateLimits", "rate_limits", "retry_after", "seconds_of"]


class RateLimit(NamedTuple):
    """The limit of one resource: requests or tokens."""

    limit: float | None = None
    """What a window has in all."""
    remaining: float | None = None
    """What is left of it."""
    reset: float | None = None
    """Seconds until all of it is there again."""


class RateLimits(NamedTuple):
    """The limits that one answer names."""

    requests: RateLimit | None = None
    tokens: RateLimit | None = None


NO_LIMITS = RateLimits()

_UNITS = {"ms": 0.001, "us": 1e-6, "µs": 1e-6, "ns": 1e-9, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ms|us|µs|ns|s|m|h|d)")
_DURATION = re.compile(rf"(?:{_PART.pattern})+")
_NUMBER = re.compile(r"\d+(?:\.\d*)?|\.\d+", re.ASCII)
_UNIX_TIME = 1e9
"""From here on, a number of seconds is a time and no length: it is the year 2001, or 31 years."""
_MOMENT = 0.1

_PREFIXES = ("x-ratelimit-", "anthropic-ratelimit-", "ratelimit-", "x-rate-limit-")


def rate_limits(headers: Mapping[str, str], wall_clock: float) -> RateLimits:
    """Return the limits in the headers of an answer.

    `wall_clock` is the time of day, for resets that name one.
    """
    found: dict[str, str] = {}
    for name in headers:
        if "rate" in name and "limit" in name:
            for prefix in _PREFIXES:
                if name.startswith(prefix):
                    found[_turned(name[len(prefix) :])] = headers[name]
                    break
            else:
                if name == "ratelimit":
                    found.update(_draft(headers[name]))
    if not found:
        return NO_LIMITS
    tokens = _of(found, ("-tokens", "-input-tokens"), wall_clock)
    return RateLimits(_of(found, ("-requests", ""), wall_clock), tokens)


def retry_after(headers: Mapping[str, str], wall_clock: float) -> float | None:
    """Return the seconds that the service asks to wait; None where it names none."""
    value = headers.get("retry-after-ms")
    if value is not None and _NUMBER.fullmatch(value.strip()):
        return float(value) / 1000
    value = headers.get("retry-after")
    if value is None:
        return None
    seconds = seconds_of(value, wall_clock)
    return seconds if seconds is not None else seconds_to_date(value.strip(), wall_clock)


def seconds_of(value: str, wall_clock: float) -> float | None:
    """Return a reset as seconds from now: `1`, `0.5`, `6m0s`, `120ms`, a Unix time, or an ISO time."""
    value = value.strip()
    if _NUMBER.fullmatch(value):
        number = float(value)
        if number > _UNIX_TIME * 1000:
            number /= 1000
        return max(0.0, number - wall_clock) if number > _UNIX_TIME else number
    if _DURATION.fullmatch(value):
        return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(value))
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - wall_clock)


def _turned(name: str) -> str:
    """`requests-limit`, as Anthropic has it, is `limit-requests`."""
    resource, _, what = name.rpartition("-")
    return f"{what}-{resource}" if resource and what in {"limit", "remaining", "reset"} else name


def _of(found: dict[str, str], suffixes: tuple[str, ...], wall_clock: float) -> RateLimit | None:
    for suffix in suffixes:
        limit = _amount(found.get(f"limit{suffix}"))
        remaining = _amount(found.get(f"remaining{suffix}"))
        if remaining is None and limit is None:
            continue
        reset = found.get(f"reset{suffix}", found.get("reset"))
        seconds = None if reset is None else seconds_of(reset, wall_clock)
        if (
            seconds is not None
            and reset is not None
            and _NUMBER.fullmatch(reset.strip())
            and "." not in reset
        ):
            # Whole seconds may have been rounded down.
            seconds += 1.0
        elif seconds is not None:
            seconds += _MOMENT
        return RateLimit(limit, remaining, seconds)
    return None


def _amount(value: str | None) -> float | None:
    if value is None:
        return None
    # `100, 100;w=60` is the policy in some drafts, where the first number is the one in force.
    number = value.partition(",")[0].partition(";")[0].strip()
    return float(number) if _NUMBER.fullmatch(number) else None


def _draft(value: str) -> dict[str, str]:
    """Return the members of `ratelimit: limit=100, remaining=50, reset=5`, and of `"default";r=50;t=5`."""
    names = {"r": "remaining", "t": "reset"}
    found: dict[str, str] = {}
    for part in re.split(r"[,;]", value):
        name, _, text = part.strip().partition("=")
        name = names.get(name, name)
        if name in {"limit", "remaining", "reset"}:
            found[name] = text.strip().strip('"')
    return found
