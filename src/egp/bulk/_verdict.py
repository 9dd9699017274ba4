"""What becomes of a request after an attempt."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from egp._core.json_types import is_object
from egp.bulk._rate_limits import NO_LIMITS, RateLimits, rate_limits, retry_after
from egp.errors import (
    APIConnectionError,
    APIResponseValidationError,
    APIStatusError,
    APIStreamError,
    APITimeoutError,
    EGPError,
    StreamInterruptedError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from egp.errors import APIError

__all__ = ["Fate", "Verdict", "of_answer", "of_error"]


class Fate(Enum):
    """The kinds of ends of an attempt."""

    DONE = "done"
    """An answer came."""
    ENDED = "ended"
    """Asking again would not help: the line ends with its failure."""
    REFUSED = "refused"
    """The service wants less: ask again when it allows."""
    FAILED = "failed"
    """The service failed, or could not be reached: ask again."""
    STOP = "stop"
    """Nothing that is sent will be answered: the whole run stops."""


class Verdict(NamedTuple):
    """The decision after an attempt, and what it rests on."""

    fate: Fate
    why: str
    """The status, or what went wrong, in the words of the summary: `200`, `429`, `timeout`."""
    limits: RateLimits = NO_LIMITS
    wait: float | None = None
    """Seconds that the service asks to wait."""
    is_overload: bool = False
    """Whether fewer requests at once may help."""
    is_silence: bool = False
    """Whether no response came at all."""
    message: str = ""


_QUOTA = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_OVERLOAD = frozenset({429, 503, 529})


def of_answer(status: int, headers: Mapping[str, str], wall_clock: float) -> Verdict:
    """Return the verdict on an answer with a status of success."""
    return Verdict(Fate.DONE, str(status), rate_limits(headers, wall_clock))


def of_error(error: EGPError, wall_clock: float) -> Verdict:
    """Return the verdict on a failed attempt."""
    if isinstance(error, APIStatusError):
        return _of_status(error, wall_clock)
    if isinstance(error, APITimeoutError):
        return Verdict(Fate.FAILED, "timeout", is_overload=True, message=error.message)
    if isinstance(error, APIConnectionError):
        # What had come of a stream is lost, and what it cost; asking again is the only way to an answer.
        is_silence = not isinstance(error, StreamInterruptedError)
        return Verdict(Fate.FAILED, "connection", is_silence=is_silence, message=error.message)
    if isinstance(error, APIStreamError):
        return Verdict(Fate.FAILED, "stream error", message=error.message)
    if isinstance(error, APIResponseValidationError):
        # It was paid for, and would be again.
        return Verdict(
            Fate.ENDED, "unreadable", rate_limits(error.headers, wall_clock), message=error.message
        )
    return Verdict(Fate.ENDED, "unsendable", message=error.message)


def _of_status(error: APIStatusError, wall_clock: float) -> Verdict:
    status, headers = error.status_code, error.headers
    wait = retry_after(headers, wall_clock)
    fate = _fate_of(error)
    return Verdict(
        fate,
        str(status),
        rate_limits(headers, wall_clock),
        wait,
        is_overload=status in _OVERLOAD,
        message=error.message,
    )


def _fate_of(error: APIStatusError) -> Fate:
    status = error.status_code
    if status in {401, 402, 403} or (status == 429 and _code(error) in _QUOTA):
        return Fate.STOP
    if error.headers.get("x-should-retry", "").strip().lower() == "false":
        return Fate.ENDED
    if status == 429:
        return Fate.REFUSED
    if status in {408, 409} or status >= 500:
        return Fate.FAILED
    return Fate.ENDED


def _code(error: APIError) -> object:
    inner = error.body.get("error") if is_object(error.body) else None
    return inner.get("code") or inner.get("type") if is_object(inner) else None
