"""Runs of tools whose calls end in any order, fail, or are broken off: in tasks and in threads."""

from __future__ import annotations

import contextlib
import itertools
import json
import threading

import anyio
import pytest
from egp_api.models import ChatCompletion
from hypothesis import given, settings
from hypothesis import strategies as st

import egp
from egp._async.tool_runner import AsyncToolRunner
from egp._core.config import configured
from egp._core.secrets import Secret
from egp._sync.tool_runner import ToolRunner
from egp.tools.run import RunOptions
from tests.runtime.test_tool_loop import assert_accepted
from tests.tools.conftest import QUESTION

SETTINGS = configured({"api_key": Secret("key"), "base_url": "http://127.0.0.1"}, {}, {})


class BrokenOff(BaseException):
    """What ends a run from within a tool."""


class Course:
    """One turn of calls, how each ends and when, and a second turn with the answer."""

    def __init__(self, endings, order):
        self.endings = endings
        self.order = order
        self.started = []
        self.sent = []

    def completion(self, keywords):
        """What the model answers."""
        self.sent.append(keywords["messages"])
        message = {"role": "assistant", "content": "done"}
        if len(self.sent) == 1:
            calls = [
                {
                    "id": f"c{place}",
                    "type": "function",
                    "function": {"name": "act", "arguments": json.dumps({"place": place})},
                }
                for place in range(len(self.endings))
            ]
            message = {"role": "assistant", "content": None, "tool_calls": calls}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return ChatCompletion.from_dict({"id": "x", "choices": [choice], "created": 1, "model": "m"})

    def end(self, place):
        ending = self.endings[place]
        if ending == "raise":
            raise ValueError(place)
        if ending == "break":
            raise BrokenOff
        return place

    def expected(self, place):
        return f"The tool failed: ValueError: {place}" if self.endings[place] == "raise" else str(place)

    def check(self, run, result):
        """What holds for every course once the model has answered."""
        assert sorted(self.started) == list(range(len(self.endings)))
        assert result.content == "done"
        assert_accepted(result.messages)
        for place, message in enumerate(each for each in result.messages if each["role"] == "tool"):
            told = message["content"]
            assert told == self.expected(place) or told.startswith("The tool was broken off")
        return [each["content"] for each in result.messages if each["role"] == "tool"]


class Answer:
    def __init__(self, completion):
        self.completion = completion

    def parse(self):
        return self.completion


COURSES = st.integers(1, 6).flatmap(
    lambda number: st.tuples(
        st.lists(st.sampled_from(["return", "raise", "return", "break"]), min_size=number, max_size=number),
        st.permutations(range(number)),
        st.none() | st.integers(0, number - 1),
    )
)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@settings(max_examples=60, deadline=None)
@given(COURSES)
def test_whatever_becomes_of_tasks_each_call_has_one_answer_in_order(backend, drawn):
    endings, order, cancel_at = drawn
    course = Course(endings, order)

    class Session:
        settings = SETTINGS

        class calls:  # noqa: N801
            @staticmethod
            async def create(stream, keywords):
                return Answer(course.completion(keywords))

    async def main():
        turn = {place: anyio.Event() for place in order}
        scope = anyio.CancelScope()

        @egp.tool
        async def act(place: int) -> int:
            course.started.append(place)
            if len(course.started) == len(endings):
                turn[order[0]].set()
            await turn[place].wait()
            position = order.index(place)
            if position == cancel_at:
                scope.cancel()
                await anyio.sleep_forever()
            if position + 1 < len(order):
                turn[order[position + 1]].set()
            return course.end(place)

        run = AsyncToolRunner(
            Session, {"model": "m", "messages": [QUESTION], "tools": [act]}, RunOptions(), stream=False
        )
        with scope, contextlib.suppress(BrokenOff):
            await run.final()
        assert_accepted(run.messages)
        return run, await run.final()

    run, result = anyio.run(main, backend=backend)

    told = course.check(run, result)
    if cancel_at is None and "break" not in endings:
        assert told == [course.expected(place) for place in range(len(endings))]


@settings(max_examples=60, deadline=None)
@given(COURSES)
def test_whatever_becomes_of_threads_each_call_has_one_answer_in_order(drawn):
    endings, order, _ = drawn
    course = Course(endings, order)
    turn = {place: threading.Event() for place in order}
    numbers = itertools.count(1)

    class Session:
        settings = SETTINGS

        class calls:  # noqa: N801
            @staticmethod
            def create(stream, keywords):
                return Answer(course.completion(keywords))

    @egp.tool
    def act(place: int) -> int:
        course.started.append(place)
        if next(numbers) == len(endings):
            turn[order[0]].set()
        assert turn[place].wait(20)
        position = order.index(place)
        if position + 1 < len(order):
            turn[order[position + 1]].set()
        return course.end(place)

    run = ToolRunner(
        Session, {"model": "m", "messages": [QUESTION], "tools": [act]}, RunOptions(), stream=False
    )
    with contextlib.suppress(BrokenOff):
        run.final()
    assert_accepted(run.messages)
    result = run.final()

    told = course.check(run, result)
    if "break" not in endings:
        assert told == [course.expected(place) for place in range(len(endings))]
