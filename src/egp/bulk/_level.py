"""How many requests may be in flight.

It starts low and doubles with each round of good answers, up to the first refusal; from then on it grows by
a twentieth. A refusal or an overload takes a fifth off, once for all requests that were in flight together.
It grows only while it is used: a level that nothing has tried says nothing.
"""

from __future__ import annotations

__all__ = ["Level"]

_START = 20
_USED = 0.8
_LESS = 0.8
_MORE = 1.05


class Level:
    """The level of one model."""

    __slots__ = ("_good", "_is_slow_start", "_most", "_peak", "_shrunk_at", "value")

    def __init__(self, most: int) -> None:
        self._most = most
        self.value = float(min(_START, most))
        self._is_slow_start = True
        self._good = 0
        self._peak = 0
        self._shrunk_at = float("-inf")

    def start(self, in_flight: int) -> None:
        """Note that a request was started, with how many are in flight now."""
        self._peak = max(self._peak, in_flight)

    def succeed(self) -> None:
        """Note a good answer."""
        self._good += 1
        if self._good < self.value:
            return
        if self._peak >= _USED * self.value:
            more = 2.0 if self._is_slow_start else _MORE
            self.value = min(float(self._most), max(self.value * more, self.value + 1))
        self._good = self._peak = 0

    def shrink(self, now: float, started_at: float) -> bool:
        """Note a refusal or an overload of a request started at `started_at`. Returns whether it counted."""
        if started_at < self._shrunk_at:
            return False
        self._shrunk_at = now
        self._is_slow_start = False
        self._good = self._peak = 0
        self.value = max(1.0, self.value * _LESS)
        return True

    def restart(self) -> None:
        """Begin as at first: the service was away."""
        self.value = float(min(_START, self._most))
        self._is_slow_start = True
        self._good = self._peak = 0
