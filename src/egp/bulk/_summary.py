"""The summary of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from egp.bulk._scan import Fault

__all__ = ["Summary"]


@frozen(kw_only=True)
class Summary:
    """What a run did. Counts are of requests unless they say otherwise."""

    output: Path | str
    """The file; on Ray the folder, which may be a URL."""
    total: int
    """In the input, invalid ones left out."""
    done_before: int
    """Answered by earlier runs."""
    failed_before: int
    """Failed in earlier runs, and not asked again."""
    answered: int
    """Answered by this run, and written."""
    failed: int
    """Ended by this run without an answer; each has its line."""
    invalid: int
    """Lines of input that were left out."""
    faults: tuple[Fault, ...]
    """The first hundred of them, with the reason."""
    unwritten: int
    """Results that came and are not in the output: see `rescue`."""
    rescue: Path | None
    """Where results are that the output had no room for."""
    foreign: int
    """Lines of output that belong to no request of the input."""
    stopped: str | None
    """Why the run ended before its work did; None where it did all."""
    seconds: float
    """From the first request to the last answer."""
    attempts: dict[str, int]
    """Requests sent, by how they ended: a status, `timeout`, `connection`, …"""
    statuses: dict[str, int]
    """Lines written by this run, by how the last attempt ended."""
    finish_reasons: dict[str, int]
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    unknown_usage: int
    """Answers without a usage; their tokens are in no sum."""
    cost: Decimal | None
    """An estimate, in the currency of the prices; None where none were given."""
    unpriced: int
    """Answers whose model has no known price, or whose usage is unknown; they are not in `cost`."""
    latency: dict[str, float]
    """Seconds from sending to the last byte: `p50`, `p90`, `p95`, `p99`, `max`, `mean`."""
    slowed: dict[str, float]
    """Seconds in which nothing could be started though something waited, by reason."""
    events: dict[str, int]
    """What changed the pace, and how often."""
    curve: tuple[tuple[float, ...], ...] = field(repr=False)
    """Samples: seconds, results so far, in flight, level of concurrency, mean latency since the last (0 where
    nothing was answered)."""

    @property
    def left(self) -> int:
        """Requests without a line: a later run on the same files asks them."""
        done = self.done_before + self.failed_before + self.answered + self.failed
        return max(0, self.total - done)

    @property
    def is_complete(self) -> bool:
        """Whether each request has its line."""
        return self.left == 0 and self.unwritten == 0

    @property
    def rate(self) -> float:
        """Results a second."""
        return (self.answered + self.failed) / self.seconds if self.seconds > 0 else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON."""
        names = (
            *("total", "done_before", "failed_before", "answered", "failed", "left", "invalid", "foreign"),
            *("unwritten", "stopped", "is_complete", "seconds", "rate", "attempts", "statuses"),
            *("finish_reasons", "prompt_tokens", "completion_tokens", "cached_tokens", "unknown_usage"),
            *("unpriced", "latency", "slowed", "events"),
        )
        return {
            "output": str(self.output),
            "cost": None if self.cost is None else str(self.cost),
            "rescue": None if self.rescue is None else str(self.rescue),
            **{name: getattr(self, name) for name in names},
            "faults": [{"where": fault.where, "message": fault.message} for fault in self.faults],
            "curve": {
                "fields": ["seconds", "results", "in_flight", "level", "latency"],
                "samples": [[round(value, 4) for value in sample] for sample in self.curve],
            },
        }

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> list[str]:
        lines = [f"{self.answered} answered, {self.failed} failed, {self.left} left of {self.total}"]
        before = self.done_before + self.failed_before
        if before:
            lines[0] += f" ({before} from earlier runs)"
        lines[0] += f", in {self.seconds:.1f} s ({self.rate:.1f}/s)"
        if self.invalid:
            lines.append(f"{self.invalid} lines left out as invalid")
            lines += [f"  {fault}" for fault in self.faults[:5]]
        if self.attempts:
            lines.append("requests sent: " + _listed(self.attempts))
        if self.failed or len(self.statuses) > 1:
            lines.append("results: " + _listed(self.statuses))
        if self.answered:
            tokens = f"tokens: {self.prompt_tokens} in, {self.completion_tokens} out"
            if self.unknown_usage:
                tokens += f"; {self.unknown_usage} answers without a usage"
            lines.append(tokens)
        if self.cost is not None:
            more = f"; {self.unpriced} answers have no known price" if self.unpriced else ""
            lines.append(f"cost: about {self.cost:.4f}{more}")
        if self.latency:
            shown = (f"{name} {self.latency[name]:.3g} s" for name in ("p50", "p90", "p99", "max"))
            lines.append("latency: " + ", ".join(shown))
        slowed = {why: seconds for why, seconds in self.slowed.items() if seconds >= 0.1}
        if slowed:
            lines.append("waited: " + ", ".join(f"{why} {seconds:.1f} s" for why, seconds in slowed.items()))
        if self.events:
            lines.append("on the way: " + _listed(self.events))
        if self.foreign:
            lines.append(f"{self.foreign} lines of the output belong to no request of the input")
        if self.rescue is not None:
            lines.append(
                f"{self.unwritten} results had no room in the output; they are in {self.rescue}:"
                f" make room, then add that file to the end of {self.output}"
            )
        elif self.unwritten:
            lines.append(f"{self.unwritten} results could be written nowhere, and are lost")
        if self.stopped is not None:
            lines.append(f"stopped: {self.stopped}")
        if self.left:
            lines.append(f"{self.left} requests are left: the same run again goes on with them")
        return lines


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name}: {count}" for name, count in sorted(counts.items(), key=lambda pair: -pair[1]))
