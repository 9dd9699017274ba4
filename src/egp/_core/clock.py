"""The time and chance that a client goes by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Clock"]


class Clock:
    """Injectable clock, random source and sleep, so that tests neither wait nor patch."""

    __slots__ = ("monotonic", "random", "sleep", "time")

    monotonic: Callable[[], float]
    """Return seconds that only grow."""
    time: Callable[[], float]
    """Return seconds since 1970."""
    random: Callable[[], float]
    """Return a number from 0 to 1."""
    # Whether it is awaited depends on the client.
    sleep: Callable[[float], Any] | None
    """Wait for so many seconds between two attempts; a coroutine function for an AsyncClient. None waits as
    the event loop or `time.sleep` does."""

    def __init__(
        self,
        *,
        monotonic: Callable[[], float],
        time: Callable[[], float],
        random: Callable[[], float],
        sleep: Callable[[float], Any] | None = None,
    ) -> None:
        self.monotonic = monotonic
        self.time = time
        self.random = random
        self.sleep = sleep
