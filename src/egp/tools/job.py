"""Calls of tools that are run at once: what the two ways to do so share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Job", "Report"]


class Job(NamedTuple):
    """A call that is ready to run."""

    run: Callable[[], Any]
    """Calls the function. What it returns may have to be awaited."""
    is_async: bool
    """Whether the function is a coroutine function, which needs no thread."""


class Report(Protocol):
    """Takes the outcome of a job as soon as it has ended, in the thread or task that started them all."""

    def __call__(self, index: int, value: object, error: Exception | None) -> None:
        """Take what the job at a place returned, or the exception that it raised."""
        ...
