"""What a run counts as it goes, in memory that does not grow with it."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["Curve", "Latencies", "Tally"]

_STEP = 1.05
_SMALLEST = 1e-4
_LOG_STEP = math.log(_STEP)
_SAMPLES = 600


class Latencies:
    """Durations in seconds, kept in classes 5 % wide: centiles are right to 2.5 %."""

    __slots__ = ("_counts", "count", "greatest", "total")

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self.count = 0
        self.total = 0.0
        self.greatest = 0.0

    def add(self, seconds: float) -> None:
        """Count a duration."""
        index = int(math.log(max(seconds, _SMALLEST) / _SMALLEST) / _LOG_STEP)
        self._counts[index] = self._counts.get(index, 0) + 1
        self.count += 1
        self.total += seconds
        self.greatest = max(self.greatest, seconds)

    def centile(self, percent: float) -> float | None:
        """Return the duration that `percent` of all do not exceed; None where there are none."""
        if not self.count or percent >= 100:
            return self.greatest if self.count else None
        wanted = self.count * percent / 100
        seen = 0
        for index in sorted(self._counts):
            seen += self._counts[index]
            if seen >= wanted:
                return min(self.greatest, _SMALLEST * math.pow(_STEP, index + 0.5))
        return self.greatest

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON has it."""
        counts = {str(index): count for index, count in self._counts.items()}
        return {"counts": counts, "count": self.count, "total": self.total, "greatest": self.greatest}

    def add_dict(self, other: dict[str, Any]) -> None:
        """Add what another gave by `to_dict`."""
        for name, count in other["counts"].items():
            index = int(name)
            self._counts[index] = self._counts.get(index, 0) + count
        self.count += other["count"]
        self.total += other["total"]
        self.greatest = max(self.greatest, other["greatest"])

    def summary(self) -> dict[str, float]:
        """Return centiles, greatest and mean by name; nothing where there are none."""
        if not self.count:
            return {}
        found = {f"p{percent}": self.centile(percent) or 0.0 for percent in (50, 90, 95, 99)}
        return {**found, "max": self.greatest, "mean": self.total / self.count}


class Curve:
    """A few numbers over time, at most 600 samples: where they are full, every second one is dropped."""

    __slots__ = ("_every", "_next_at", "samples")

    def __init__(self, every: float = 0.25) -> None:
        self._every = every
        self._next_at = 0.0
        self.samples: list[tuple[float, ...]] = []

    def add(self, at: float, *values: float) -> bool:
        """Note values at a time, in seconds from the start. Returns whether they were kept."""
        if at < self._next_at:
            return False
        self.samples.append((at, *values))
        if len(self.samples) >= _SAMPLES:
            self.samples = self.samples[::2]
            self._every *= 2
        self._next_at = at + self._every
        return True


class Tally:
    """The counts of one run."""

    __slots__ = (
        "answered",
        "attempts",
        "cached_tokens",
        "completion_tokens",
        "failed",
        "finish_reasons",
        "latencies",
        "prompt_tokens",
        "statuses",
        "unknown_usage",
        "unwritten",
    )

    def __init__(self) -> None:
        self.answered = 0
        """Answers of this run that have been written."""
        self.failed = 0
        """Failures of this run that have been written."""
        self.unwritten = 0
        """Results that came and could not be written."""
        self.attempts: dict[str, int] = {}
        """Every request sent, by how it ended."""
        self.statuses: dict[str, int] = {}
        """Every line written, by how its last attempt ended."""
        self.finish_reasons: dict[str, int] = {}
        self.prompt_tokens = 0
        self.completion_tokens = 0
        self.cached_tokens = 0
        self.unknown_usage = 0
        """Answers without a usage."""
        self.latencies = Latencies()

    @property
    def tokens(self) -> int:
        """Tokens of prompts and answers together."""
        return self.prompt_tokens + self.completion_tokens


def count(into: dict[str, int], name: str) -> None:
    """Add one under a name."""
    into[name] = into.get(name, 0) + 1
