"""How long a single operation on a connection may take."""

from __future__ import annotations

from time import monotonic

__all__ = ["seconds_left"]

# 23 days: sockets take no more milliseconds than fit into 31 bits.
_LONGEST = 2_000_000.0


def seconds_left(timeout: float | None, until: float | None) -> float | None:
    """Return the shorter of a timeout and the time to an instant of `monotonic`, or raise TimeoutError."""
    if until is None:
        return timeout if timeout is None or timeout < _LONGEST else _LONGEST
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError
    return min(left, _LONGEST if timeout is None else timeout, _LONGEST)
