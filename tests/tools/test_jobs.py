"""Calls of tools that run at once, in threads and in tasks."""

from __future__ import annotations

import contextvars
import functools
import threading

import anyio
import anyio.from_thread
import pytest

from egp.errors import EGPError
from egp.tools import async_jobs, jobs
from egp.tools.job import Job

KINDS = ["threads", "asyncio threads", "trio threads", "asyncio tasks", "trio tasks"]


class Runner:
    """Runs jobs in one of the ways, and keeps what they report."""

    def __init__(self, kind):
        self.backend, _, self.jobs_are = kind.rpartition(" ")
        self.is_async = self.jobs_are == "tasks"
        self.outcomes = {}

    def report(self, index, value, error):
        assert index not in self.outcomes
        self.outcomes[index] = value if error is None else error

    def job(self, function, *args):
        if not self.is_async:
            return Job(functools.partial(function, *args), False)

        async def run():
            return await function(*args)

        return Job(run, True)

    def run(self, made, seconds=None):
        if not self.backend:
            jobs.run_jobs(made, self.report, seconds)
        else:
            anyio.run(async_jobs.run_jobs, made, self.report, seconds, backend=self.backend)

    def meeting(self, number):
        """A function that returns once `number` of its calls are under way at the same time."""
        if not self.is_async:
            barrier = threading.Barrier(number)
            return lambda: barrier.wait(20)
        arrived, event = [], anyio.Event

        async def meet():
            arrived.append(event())
            if len(arrived) == number:
                for each in arrived:
                    each.set()
            with anyio.fail_after(20):
                await arrived[0].wait()

        return meet


@pytest.fixture(params=KINDS)
def runner(request):
    return Runner(request.param)


def returning(runner, value):
    if runner.is_async:

        async def give():
            return value

        return give
    return lambda: value


def raising(runner, error):
    if runner.is_async:

        async def fail():
            raise error

        return fail

    def fail_now():
        raise error

    return fail_now


def test_all_jobs_are_under_way_at_once(runner):
    meet = runner.meeting(50)

    runner.run([runner.job(meet) for _ in range(50)])

    assert sorted(runner.outcomes) == list(range(50))
    assert not [each for each in runner.outcomes.values() if isinstance(each, Exception)]


def test_each_outcome_is_reported_with_its_place(runner):
    error = ValueError("no")
    functions = [returning(runner, 1), raising(runner, error), returning(runner, 3)]

    runner.run([runner.job(each) for each in functions])

    assert runner.outcomes == {0: 1, 1: error, 2: 3}


VARIABLE = contextvars.ContextVar("VARIABLE", default="unset")


def test_jobs_see_the_context_and_leave_it_alone(runner):
    def sync_job():
        seen = VARIABLE.get()
        VARIABLE.set("changed")
        return seen

    async def async_job():
        return sync_job()

    token = VARIABLE.set("mine")
    try:
        runner.run([runner.job(async_job if runner.is_async else sync_job)])
        after = VARIABLE.get()
    finally:
        VARIABLE.reset(token)

    assert (runner.outcomes[0], after) == ("mine", "mine")


class Interrupted(BaseException):
    """What is no Exception, without the special place of KeyboardInterrupt in event loops."""


def test_what_is_no_exception_ends_it_all(runner):
    with pytest.raises(Interrupted):
        runner.run([runner.job(raising(runner, Interrupted()))])

    assert runner.outcomes == {}


def test_what_has_not_ended_in_time_is_left_and_the_rest_is_reported(runner):
    release = threading.Event()

    async def hang():
        await anyio.sleep_forever()

    slow = hang if runner.is_async else lambda: release.wait(20)
    fast = returning(runner, "fast")

    runner.run([runner.job(slow), runner.job(fast)], seconds=0.2)
    release.set()

    assert runner.outcomes == {1: "fast"}


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cancelled_run_keeps_what_has_ended(backend):
    runner = Runner(f"{backend} tasks")

    async def main():
        with anyio.CancelScope() as scope:

            async def hang():
                await anyio.sleep_forever()

            def report(index, value, error):
                runner.report(index, value, error)
                scope.cancel()

            await async_jobs.run_jobs([runner.job(hang), runner.job(returning(runner, "fast"))], report, None)

    anyio.run(main, backend=backend)

    assert runner.outcomes == {1: "fast"}


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_function_that_returns_an_awaitable_is_awaited(backend):
    runner = Runner(f"{backend} threads")

    async def later():
        return "later"

    runner.run([Job(later, False)])

    assert runner.outcomes == {0: "later"}


def test_a_coroutine_in_a_thread_is_refused():
    runner = Runner("threads")

    async def later(): ...

    runner.run([Job(later, False)])

    assert isinstance(runner.outcomes[0], EGPError)
