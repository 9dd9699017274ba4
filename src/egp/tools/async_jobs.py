"""Run calls of tools at once in tasks, on asyncio and trio. `jobs` does the same without an event loop."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, cast

from egp._loading import LOADING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from egp._core.tool_calls import Decision, ToolCall
    from egp.tools.job import Job, Report

    Approve = Callable[[ToolCall], Decision | Awaitable[Decision]]


__all__ = ["CAN_AWAIT", "run_jobs", "settled"]

CAN_AWAIT = True
"""Whether there is an event loop to await things in."""


async def run_jobs(jobs: Sequence[Job], report: Report, seconds: float | None) -> None:
    """Run all jobs at once, each in a task of its own; return when all have ended or time is up.

    Functions that are not coroutines run in threads, with a copy of the context. One that is still running
    when time is up, or when this task is cancelled, is left to itself: nothing can stop a thread.

    Raises:
        BaseException: what a job raised, where it is no Exception; the others are cancelled.
    """
    with LOADING:
        import anyio
        import anyio.to_thread

    limiter = anyio.CapacityLimiter(len(jobs))

    async def run(index: int, job: Job) -> None:
        try:
            if job.is_async:
                value = job.run()
            else:
                # In a tuple: trio refuses a function that returns a coroutine.
                (value,) = await anyio.to_thread.run_sync(
                    lambda: (job.run(),), abandon_on_cancel=True, limiter=limiter
                )
            value = await settled(value)
        except Exception as error:  # noqa: BLE001  # the model is told of whatever a tool raises
            report(index, None, error)
        else:
            report(index, value, None)

    try:
        with anyio.move_on_after(seconds):
            async with anyio.create_task_group() as group:
                for index, job in enumerate(jobs):
                    group.start_soon(run, index, job)
    except BaseExceptionGroup as error:
        raise _first(error) from None


async def settled(value: object) -> object:
    """Return the value, or what awaiting it gives."""
    return await value if inspect.isawaitable(value) else value


def _first(error: BaseException) -> BaseException:
    if isinstance(error, BaseExceptionGroup):
        # Python does not tell what is in a group.
        return _first(cast("BaseExceptionGroup[BaseException]", error).exceptions[0])
    return error
