"""Run calls of tools at once in threads. `async_jobs` does the same in an event loop."""

from __future__ import annotations

import inspect
import queue
import time
from contextvars import copy_context
from threading import Thread
from typing import TYPE_CHECKING

from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from egp._core.tool_calls import Decision, ToolCall
    from egp.tools.job import Job, Report

    Approve = Callable[[ToolCall], Decision]


__all__ = ["CAN_AWAIT", "run_jobs", "settled"]

CAN_AWAIT = False
"""Whether there is an event loop to await things in."""

Outcome = tuple[int, object, BaseException | None]


def run_jobs(jobs: Sequence[Job], report: Report, seconds: float | None) -> None:
    """Run all jobs at once, each in a thread of its own; return when all have ended or time is up.

    Each runs in a copy of the context. One that is still running when time is up, or when this thread is
    interrupted, is left to itself: nothing can stop a thread.

    Raises:
        BaseException: what a job raised, where it is no Exception.
    """
    ended: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
    until = None if seconds is None else time.monotonic() + seconds
    for index, job in enumerate(jobs):
        # A daemon: one that hangs must not keep the program from ending.
        context = copy_context()
        Thread(target=context.run, args=(_run, index, job, ended), name="egp-tool", daemon=True).start()
    for _ in jobs:
        try:
            left = None if until is None else max(0.0, until - time.monotonic())
            index, value, error = ended.get(timeout=left)
        except queue.Empty:
            return
        if error is not None and not isinstance(error, Exception):
            raise error
        report(index, value, error)


def settled(value: object) -> object:
    """Return the value; refuse one that would have to be awaited."""
    if inspect.iscoroutine(value):
        value.close()
    if inspect.isawaitable(value):
        raise EGPError("a function returned an awaitable, which needs an AsyncClient")
    return value


def _run(index: int, job: Job, ended: queue.SimpleQueue[Outcome]) -> None:
    try:
        value = settled(job.run())
    except BaseException as error:  # noqa: BLE001  # handed over to the thread that waits
        ended.put((index, None, error))
    else:
        ended.put((index, value, None))
