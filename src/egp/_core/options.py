"""The options that a client has and a call may replace: each declared here, with its check, and only here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, TypeGuard, TypeVar

from egp._core.json_types import is_integer, is_number
from egp._core.retry import Retry, checked_retry
from egp.errors import EGPError

__all__ = [
    "CALL_OPTIONS",
    "DEFAULT",
    "DEFAULT_TIMEOUT",
    "OF_THE_CLIENT",
    "STREAM_OPTIONS",
    "CallOptions",
    "StreamOptions",
    "Timeouts",
    "replaced",
    "take",
]


class Timeouts(NamedTuple):
    """Seconds that each step of one attempt may take, as in `httpx.Timeout`; None waits for ever."""

    connect: float | None
    read: float | None
    write: float | None
    pool: float | None


DEFAULT_TIMEOUT = Timeouts(connect=5.0, read=600.0, write=60.0, pool=60.0)
"""Language models may think for minutes before the first byte; a host that does not answer a
connection attempt within seconds is down."""


class CallOptions(NamedTuple):
    """How a call is made."""

    timeout: Timeouts = DEFAULT_TIMEOUT
    deadline: float | None = None
    """Seconds for the whole call: attempts, waits, body and stream; None for no limit."""
    retry: Retry = Retry()
    max_response_bytes: int = 512 * 1024 * 1024
    """The largest body of an answer that is read whole, content-decoded, in bytes."""


class StreamOptions(NamedTuple):
    """How a stream is read; seconds are positive, None is no limit."""

    first_token_timeout: float | None = None
    idle_timeout: float | None = None
    on_truncated: Literal["raise", "ignore"] = "raise"
    max_event_bytes: int = 64 * 1024 * 1024


def timeouts(name: str, value: Any) -> Timeouts:
    """Return timeouts from what users pass: seconds, None, `httpx.Timeout`, or its 4-tuple."""
    if isinstance(value, Timeouts):
        return value
    parts: list[Any]
    if value is None or isinstance(value, (int, float)):
        parts = [value] * 4
    elif _is_tuple(value):
        parts = list(value)
    else:
        parts = [getattr(value, part, value) for part in Timeouts._fields]
    if len(parts) != 4:
        raise EGPError(
            f"a tuple as {name} must have four values: connect, read, write and pool; got {len(parts)}"
        )
    return Timeouts(*(_timeout(name, part) for part in parts))


def _is_tuple(value: object) -> TypeGuard[tuple[Any, ...]]:
    return isinstance(value, tuple)


def _timeout(name: str, value: object) -> float | None:
    if value is not None and not is_number(value):
        raise EGPError(f"{name} must be seconds, None or httpx.Timeout, got {type(value).__name__}")
    return seconds_or_none(name, value)


def seconds_or_none(name: str, value: Any) -> float | None:
    """Return a positive number of seconds, or None."""
    if value is None:
        return None
    # Written so that NaN fails too.
    if not (is_number(value) and value > 0):
        raise EGPError(f"{name} must be a positive number of seconds or None, got {value!r}")
    return None if value == float("inf") else float(value)


def truncation(name: str, value: Any) -> Literal["raise", "ignore"]:
    """Return what to do about a stream that is cut."""
    if value not in ("raise", "ignore"):
        raise EGPError(f"{name} must be 'raise' or 'ignore', got {value!r}")
    chosen: Literal["raise", "ignore"] = value
    return chosen


def size(name: str, value: Any) -> int:
    """Return a positive number of bytes."""
    if not (is_integer(value) and value > 0):
        raise EGPError(f"{name} must be a positive number of bytes, got {value!r}")
    return value


def count(name: str, value: Any) -> int:
    """Return a number of times."""
    if not (is_integer(value) and value >= 0):
        raise EGPError(f"{name} must be an integer >= 0, got {value!r}")
    return value


def _retry(name: str, value: Any) -> Retry:
    if not isinstance(value, Retry):
        raise EGPError(f"{name} must be an egp.Retry, got {type(value).__name__}")
    return checked_retry(value)


Check = Callable[[str, Any], Any]

CALL_OPTIONS: Mapping[str, Check] = {
    "timeout": timeouts,
    "deadline": seconds_or_none,
    "retry": _retry,
    "max_response_bytes": size,
}
"""The fields of `CallOptions`, each with the check of what users pass. `max_retries` is short for a part of
`retry`."""

STREAM_OPTIONS: Mapping[str, Check] = {
    "first_token_timeout": seconds_or_none,
    "idle_timeout": seconds_or_none,
    "on_truncated": truncation,
    "max_event_bytes": size,
}
"""The fields of `StreamOptions`, each with the check of what users pass."""


class _Shown:
    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


OF_THE_CLIENT: Any = _Shown("OF_THE_CLIENT")
"""What signatures show as the default of options whose None has a meaning of its own."""
DEFAULT: Any = _Shown("DEFAULT")
"""The same, where there is no client yet."""

NULLABLE = frozenset({"timeout", "deadline", "first_token_timeout", "idle_timeout"})
"""Options for which None has a meaning of its own: no limit. For the others it stands for the default."""

G = TypeVar("G", CallOptions, StreamOptions)


def take(given: dict[str, Any], checks: Mapping[str, Check]) -> dict[str, Any]:
    """Take the options of a group out of keywords, those that say something."""
    found = {name: given.pop(name) for name in checks if name in given}
    return {name: value for name, value in found.items() if value is not None or name in NULLABLE}


def replaced(options: G, given: Mapping[str, Any], checks: Mapping[str, Check]) -> G:
    """Return the options with those given in their places, checked.

    Raises `EGPError` that names the option and what it takes.
    """
    return options._replace(**{name: checks[name](name, value) for name, value in given.items()})


def with_retries(options: CallOptions, max_retries: Any) -> CallOptions:
    """Return the options with `max_retries` in the place of the policy's own, where it is not None."""
    if max_retries is None:
        return options
    return options._replace(retry=checked_retry(options.retry._replace(max_retries=max_retries)))
