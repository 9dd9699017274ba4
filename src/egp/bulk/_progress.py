"""The line on stderr that says how far a run is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from egp._loading import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

__all__ = ["Display", "Snapshot", "display", "text_of"]


class Snapshot(NamedTuple):
    """How far a run is."""

    total: int
    done: int
    """Results there are, those of earlier runs too."""
    failed: int
    in_flight: int
    level: float
    """How many may be in flight."""
    rate: float
    """Results a second, of late."""
    tokens: int
    cost: float | None
    seconds: float
    seconds_left: float | None
    """None where nothing can be said yet."""
    waits_for: str
    """What holds the next request back; empty where nothing does."""


class Display(Protocol):
    """What shows snapshots."""

    every: float
    """Seconds from one to the next."""

    def show(self, snapshot: Snapshot) -> None:
        """Show how far the run is."""

    def end(self) -> None:
        """Leave the line."""


def text_of(snapshot: Snapshot) -> str:
    """Return a snapshot as one line."""
    parts = [f"{snapshot.done}/{snapshot.total} done"]
    if snapshot.failed:
        parts.append(f"{snapshot.failed} failed")
    parts.append(f"{snapshot.in_flight} in flight")
    parts.append(f"{snapshot.rate:.1f}/s" if snapshot.rate < 100 else f"{snapshot.rate:.0f}/s")
    parts.append(f"{_short(snapshot.tokens)} tokens")
    if snapshot.cost is not None:
        parts.append(f"cost {snapshot.cost:.2f}" if snapshot.cost >= 1 else f"cost {snapshot.cost:.4f}")
    if snapshot.seconds_left is not None:
        parts.append(f"{_clock(snapshot.seconds_left)} left")
    if snapshot.waits_for and snapshot.waits_for not in {"concurrency", "retry"}:
        parts.append(f"waits: {snapshot.waits_for}")
    return ", ".join(parts)


class _Silent:
    every = 0.5

    def show(self, snapshot: Snapshot) -> None:
        pass

    def end(self) -> None:
        pass


class _Called(_Silent):
    """Hands snapshots to a function of the user's."""

    def __init__(self, function: Callable[[Snapshot], object]) -> None:
        self._function = function

    def show(self, snapshot: Snapshot) -> None:
        self._function(snapshot)


class _Plain:
    """One line, again and again in a terminal; elsewhere a line every ten seconds."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self.every = 0.5 if self._is_terminal else 10.0
        self._width = 0
        self._last = ""

    def show(self, snapshot: Snapshot) -> None:
        text = text_of(snapshot)
        if self._is_terminal:
            self._stream.write("\r" + text.ljust(self._width))
            self._width = len(text)
        elif text != self._last:
            self._stream.write(text + "\n")
        self._last = text
        self._stream.flush()

    def end(self) -> None:
        if self._is_terminal and self._width:
            self._stream.write("\n")
            self._stream.flush()


class _Rich:
    """A bar, and the line beside it."""

    every = 0.25

    def __init__(self, progress: Any) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None)
        progress.start()

    def show(self, snapshot: Snapshot) -> None:
        self._progress.update(
            self._task, completed=snapshot.done, total=snapshot.total, description=text_of(snapshot)
        )
        self._progress.refresh()

    def end(self) -> None:
        self._progress.stop()


def display(wanted: bool | Callable[[Snapshot], object] | None, stream: TextIO | None = None) -> Display:
    """Return what shows the progress: on stderr if wanted, or None and stderr is a terminal."""
    if callable(wanted):
        return _Called(wanted)
    target = stream or sys.stderr
    # Programs without a console have no stderr, whatever its type says.
    is_terminal = bool(target) and target.isatty()
    if wanted is False or not target or (wanted is None and not is_terminal):
        return _Silent()
    if not is_terminal:
        return _Plain(target)
    try:
        # Rich is an extra, and may not be there for type checkers either.
        console, progress = load("rich.console"), load("rich.progress")
    except ModuleNotFoundError:
        return _Plain(target)
    return _Rich(
        progress.Progress(
            progress.BarColumn(20),
            progress.TextColumn("{task.description}"),
            console=console.Console(file=target),
            auto_refresh=False,
        )
    )


def _short(count: float) -> str:
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if count >= size:
            return f"{count / size:.1f}{unit}"
    return str(int(count))


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
