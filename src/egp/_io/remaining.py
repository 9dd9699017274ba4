"""How long a single operation on a connection may take."""

from __future__ import annotations

from time import monotonic

__all__ = ["seconds_left"]


def seconds_left(timeout: float | None, until: float | None) -> float | None:
    """The shorter of a timeout and the time to an instant of `monotonic`; TimeoutError when it has passed."""
    if until is None:
        return timeout
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError
    return left if timeout is None or left < timeout else timeout
