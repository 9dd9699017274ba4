"""Tools run against the local server, which checks every conversation that it is sent."""

from __future__ import annotations

import json
import threading
import time

import anyio
import pytest

import egp
from egp.errors import (
    EGPError,
    InternalServerError,
    StreamInterruptedError,
    ToolError,
    ToolLoopCutError,
    ToolLoopError,
    ToolLoopLimitError,
    ToolLoopStoppedError,
)
from egp.tools import Deny, Edit, Stop, ToolContext
from tests.runtime.test_tool_loop import assert_accepted
from tests.tools.conftest import QUESTION


@egp.tool
def add(x: int, y: int = 1) -> int:
    """Add two numbers."""
    return x + y


@egp.tool
def fail(why: str) -> str:
    """Fail."""
    raise ValueError(why)


def sent(server, index=-1):
    return server.requests[index].json["messages"]


def outputs(server):
    return [message["content"] for message in sent(server) if message["role"] == "tool"]


@pytest.fixture(params=[False, True], ids=["whole", "streamed"])
def streamed(request):
    return request.param


# The ordinary course


def test_the_model_gets_what_its_tools_return_and_answers(run_tools, egp_server, streamed):
    egp_server.reply(tool_calls=[("add", {"x": 1, "y": 2}), ("add", {"x": 5, "y": None})])
    egp_server.reply("It is 3, and 6.")

    result = run_tools(add, stream=streamed).final()

    assert outputs(egp_server) == ["3", "6"]
    assert result.content == "It is 3, and 6."
    assert result.turns == 2
    assert [each["role"] for each in result.messages] == ["user", "assistant", "tool", "tool", "assistant"]
    assert_accepted(result.messages)


def test_the_usage_of_all_turns_is_summed(run_tools, egp_server, streamed):
    egp_server.reply(tool_calls=[("add", {"x": 1, "y": 2})])
    egp_server.reply("3")

    run = run_tools(add, stream=streamed)
    each = []
    for turn in run:
        if streamed:
            run._modal.run(turn.stream.get_final_completion)
            run.run_calls(turn)
        each.append(turn.completion.usage.total_tokens)

    assert run.usage.total_tokens == sum(each)
    assert len(each) == 2


def test_turns_can_be_looked_at_one_by_one(run_tools, egp_server, streamed):
    egp_server.reply(tool_calls=[("add", {"x": 1, "y": 2})])
    egp_server.reply("3")
    run = run_tools(add, stream=streamed)

    first = run.next()
    calls = run.run_calls(first)
    second = run.next()
    end = run.next()

    assert (first.number, second.number, end) == (1, 2, None)
    assert [(each.name, each.arguments, each.output, each.value) for each in calls] == [
        ("add", {"x": 1, "y": 2}, "3", 3)
    ]
    assert second.completion.choices[0].message.content == "3"
    assert len(egp_server.requests) == 2


def test_a_streamed_turn_gives_its_events(run_tools, egp_server):
    egp_server.reply(tool_calls=[("add", {"x": 1, "y": 2})])
    egp_server.reply("It is 3.")
    run = run_tools(add, stream=True)

    types = []
    for turn in run:
        for event in run.events(turn):
            types.append(event.type)
            if event.type == "tool_calls.function.arguments.done":
                assert event.parsed_arguments == {"x": 1, "y": 2}

    assert "tool_calls.function.arguments.done" in types
    assert "content.done" in types


def test_a_plain_function_is_a_tool(run_tools, egp_server):
    def shout(text: str) -> str:
        return text.upper()

    egp_server.reply(tool_calls=[("shout", {"text": "hi"})])
    egp_server.reply("done")

    run_tools(shout).final()

    assert outputs(egp_server) == ["HI"]


def test_tools_know_their_context(run_tools, egp_server):
    seen = []

    @egp.tool
    def look(context: ToolContext[str], x: int) -> None:
        seen.append((context.value, context.turn, x))

    egp_server.reply(tool_calls=[("look", {"x": 1})])
    egp_server.reply("done")

    run_tools(look, context="mine").final()

    assert seen == [("mine", 1, 1)]


def test_a_forced_choice_is_given_up_after_its_turn(run_tools, egp_server):
    egp_server.reply(tool_calls=[("add", {"x": 1, "y": 1})])
    egp_server.reply("2")

    run_tools(add, tool_choice="required").final()

    assert [request.json["tool_choice"] for request in egp_server.requests] == ["required", "auto"]


def test_twelve_calls_of_a_turn_are_under_way_at_once(run_tools, egp_server):
    together = threading.Barrier(12)

    @egp.tool
    def meet(x: int) -> int:
        together.wait(20)
        return x

    egp_server.reply(tool_calls=[("meet", {"x": number}) for number in range(12)])
    egp_server.reply("done")

    run_tools(meet).final()

    assert outputs(egp_server) == [str(number) for number in range(12)]


def test_coroutines_of_a_turn_are_under_way_at_once(run_tools, egp_server, mode):
    if mode.startswith("sync"):
        pytest.skip("coroutines need an event loop")
    arrived = []

    @egp.tool
    async def meet(x: int) -> int:
        arrived.append(x)
        with anyio.fail_after(20):
            while len(arrived) < 12:
                await anyio.lowlevel.checkpoint()
        return x

    egp_server.reply(tool_calls=[("meet", {"x": number}) for number in range(12)])
    egp_server.reply("done")

    run_tools(meet).final()

    assert outputs(egp_server) == [str(number) for number in range(12)]


# What goes wrong in a tool


def test_an_exception_is_told_to_the_model(run_tools, egp_server):
    egp_server.reply(tool_calls=[("fail", {"why": "no"}), ("add", {"x": 1, "y": 1})])
    egp_server.reply("done")
    run = run_tools(fail, add)

    turn = run.next()
    calls = run.run_calls(turn)
    run.final()

    assert outputs(egp_server) == ["The tool failed: ValueError: no", "2"]
    assert isinstance(calls[0].error, ValueError)


def test_a_tool_error_is_told_as_it_is(run_tools, egp_server):
    @egp.tool
    def refuse() -> None:
        raise ToolError("Ask for fewer.")

    egp_server.reply(tool_calls=[("refuse", {})])
    egp_server.reply("done")

    run_tools(refuse).final()

    assert outputs(egp_server) == ["Ask for fewer."]


def test_what_the_model_gets_wrong_is_told_to_it(run_tools, egp_server):
    egp_server.reply(tool_calls=[("add", {"x": "two"}), ("subtract", {}), ("add", '{"x": ')])
    egp_server.reply("done")

    run_tools(add).final()

    wrong_type, unknown, no_json = outputs(egp_server)
    assert "$.x" in wrong_type
    assert unknown == "There is no tool 'subtract'. The tools are: add."
    assert no_json.startswith("The tool was not run, because its arguments are wrong")


class Interrupted(BaseException):
    """What no tool may swallow."""


def test_what_is_no_exception_reaches_the_program_and_the_history_is_accepted(run_tools, egp_server, mode):
    if not mode.startswith("sync"):
        pytest.skip("the portal of these tests does not survive it; the next test has it")
    ran = []

    @egp.tool
    def interrupt() -> None:
        ran.append(1)
        raise Interrupted

    egp_server.reply(tool_calls=[("interrupt", {})])
    egp_server.reply("done")
    run = run_tools(interrupt)

    with pytest.raises(Interrupted):
        run.final()

    assert_accepted(run.messages)
    assert run.final().content == "done"
    assert ran == [1]
    assert outputs(egp_server)[0].startswith("The tool was broken off")


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("ending", ["cancelled", "interrupted"])
def test_a_run_that_is_broken_off_in_a_loop_has_an_accepted_history(egp_server, backend, ending):
    started = []

    async def main():
        with anyio.CancelScope() as scope:

            @egp.tool
            async def stay() -> None:
                started.append(1)
                if ending == "interrupted":
                    raise Interrupted
                scope.cancel()
                await anyio.sleep_forever()

            async with egp.AsyncClient() as client:
                run = client.chat.completions.run_tools(
                    model="openai/gpt-4o", messages=[QUESTION], tools=[stay, add]
                )
                try:
                    await run.final()
                except Interrupted:
                    scope.cancel()
                finally:
                    broken_off = run.messages
                    with anyio.CancelScope(shield=True):
                        result = await run.final()
        return broken_off, result

    egp_server.reply(tool_calls=[("stay", {}), ("add", {"x": 1, "y": 1})])
    egp_server.reply("done")

    broken_off, result = anyio.run(main, backend=backend)

    assert_accepted(broken_off)
    assert result.content == "done"
    assert started == [1]
    assert outputs(egp_server)[0].startswith("The tool was broken off")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("text", "text"),
        (None, "null"),
        ({"a": [1, 2.5]}, '{"a":[1,2.5]}'),
        (float("nan"), "null"),
        (1j, '"1j"'),
        ("caf\udce9.txt", r"caf\udce9.txt"),
        (["caf\udce9.txt"], r"['caf\udce9.txt']"),
    ],
)
def test_what_a_tool_returns_is_told_as_text_or_json(run_tools, egp_server, value, told):
    @egp.tool
    def give() -> object:
        return value

    egp_server.reply(tool_calls=[("give", {})])
    egp_server.reply("done")

    run_tools(give).final()

    assert outputs(egp_server) == [told]


# Endings: the history goes back to the server, which refuses what the service refuses


def assert_taken(server, client_run, messages):
    assert_accepted(messages)
    server.reply("And on.")
    asked = [*messages, {"role": "user", "content": "Go on."}]
    assert client_run(add, messages=asked).final().content == "And on."


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"max_turns": 1}, "max_turns"),
        ({"max_calls": 1}, "max_calls"),
        ({"max_tokens_total": 1}, "max_tokens_total"),
    ],
)
def test_a_limit_ends_the_run_with_its_conversation(run_tools, egp_server, streamed, limits, reason):
    egp_server.reply(tool_calls=[("add", {"x": 1, "y": 1}), ("add", {"x": 2, "y": 2})])

    with pytest.raises(ToolLoopLimitError, match=reason) as caught:
        run_tools(add, stream=streamed, **limits).final()

    assert (caught.value.reason, caught.value.turns) == (reason, 1)
    assert caught.value.usage.total_tokens > 0
    assert caught.value.completion.choices[0].message.tool_calls
    assert_taken(egp_server, run_tools, caught.value.messages)


def test_a_run_goes_on_from_its_limit(run_tools, egp_server):
    egp_server.reply(tool_calls=[("add", {"x": 1, "y": 1})])
    egp_server.reply("2")
    with pytest.raises(ToolLoopLimitError) as caught:
        run_tools(add, max_turns=1).final()

    result = run_tools(add, state=json.loads(json.dumps(caught.value.state))).final()

    assert (result.content, result.turns) == ("2", 2)
    assert outputs(egp_server) == ["2"]


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_a_cut_answer_runs_no_tool(run_tools, egp_server, streamed, reason):
    egp_server.reply(tool_calls=[("fail", '{"why": ')], finish_reason=reason)

    with pytest.raises(ToolLoopCutError) as caught:
        run_tools(fail, stream=streamed).final()

    assert caught.value.reason == reason
    assert caught.value.messages == [QUESTION]
    assert_taken(egp_server, run_tools, caught.value.messages)


def test_the_deadline_ends_calls_that_hang(run_tools, egp_server):
    release = threading.Event()

    @egp.tool
    def hang() -> None:
        release.wait(20)

    egp_server.reply(tool_calls=[("hang", {}), ("add", {"x": 1, "y": 1})])

    try:
        with pytest.raises(ToolLoopLimitError) as caught:
            run_tools(hang, add, deadline=2).final()
    finally:
        release.set()

    assert caught.value.reason == "deadline"
    assert caught.value.messages[-1]["content"] == "2"
    assert_taken(egp_server, run_tools, caught.value.messages)


def test_the_deadline_ends_a_request_that_hangs(run_tools, egp_server):
    egp_server.reply("late", delay=30)

    with pytest.raises(ToolLoopLimitError) as caught:
        run_tools(add, deadline=0.3).final()

    assert caught.value.reason == "deadline"
    assert caught.value.messages == [QUESTION]


def test_an_error_of_a_request_has_the_conversation_and_the_run_can_go_on(run_tools, egp_server):
    ran = []

    @egp.tool
    def count() -> int:
        ran.append(1)
        return len(ran)

    egp_server.reply(tool_calls=[("count", {})])
    egp_server.fail(500, times=3)
    egp_server.reply("1")
    run = run_tools(count)

    with pytest.raises(InternalServerError) as caught:
        run.final()

    assert_accepted(caught.value.messages)
    assert [each["role"] for each in caught.value.messages] == ["user", "assistant", "tool"]
    assert run.final().content == "1"
    assert ran == [1]


def test_a_request_that_is_retried_runs_no_tool_twice(run_tools, egp_server, streamed):
    ran = []

    @egp.tool
    def count() -> int:
        ran.append(1)
        return len(ran)

    egp_server.fail(503)
    egp_server.reply(tool_calls=[("count", {})])
    egp_server.fail(429)
    egp_server.drop()
    egp_server.reply("1")

    result = run_tools(count, stream=streamed).final()

    assert (result.content, ran) == ("1", [1])
    assert len(egp_server.requests) == 5


def test_a_broken_stream_has_the_conversation_and_runs_no_tool(run_tools, egp_server):
    egp_server.reply(tool_calls=[("fail", {"why": "x" * 100})], cut_after=4, end="close")

    with pytest.raises(StreamInterruptedError) as caught:
        run_tools(fail, stream=True).final()

    assert caught.value.messages == [QUESTION]
    assert_taken(egp_server, run_tools, caught.value.messages)


def test_a_run_goes_on_after_an_error_in_a_stream_that_the_program_read(run_tools, egp_server):
    egp_server.reply(tool_calls=[("add", {"x": 1})], cut_after=4, end="close")
    egp_server.reply(tool_calls=[("add", {"x": 1})])
    egp_server.reply("2")
    run = run_tools(add, stream=True)

    with pytest.raises(StreamInterruptedError):
        [*run.events(run.next())]

    assert run.final().content == "2"
    assert outputs(egp_server) == ["2"]


def test_a_deadline_that_has_passed_before_anything_is_sent_is_the_deadline(run_tools, egp_server):
    run = run_tools(add, deadline=0.001)
    time.sleep(0.01)

    with pytest.raises(ToolLoopLimitError, match="deadline"):
        run.final()

    assert egp_server.requests == []


@pytest.mark.parametrize(
    "choice",
    [
        {"message": None},
        {"message": "text", "finish_reason": [1]},
        {"message": {"content": None, "tool_calls": "none"}, "finish_reason": 3},
        {"message": {"content": None, "tool_calls": [None, {"function": "f"}]}, "finish_reason": "length"},
    ],
)
def test_an_answer_that_says_nothing_ends_the_run(run_tools, egp_server, choice):
    egp_server.reply(
        {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    )

    result = run_tools(add).final()

    assert result.content is None
    assert_accepted(result.messages)


# Approval


def test_approval_sees_arguments_and_decides(run_tools, egp_server):
    seen = []

    def approve(call):
        seen.append((call.name, call.arguments))
        return {1: True, 2: Deny("too dear"), 3: Edit({"x": 30, "y": 1})}[call.arguments["x"]]

    egp_server.reply(tool_calls=[("add", {"x": number, "y": 1}) for number in (1, 2, 3)])
    egp_server.reply("done")

    run_tools(add, approve=approve).final()

    assert seen == [("add", {"x": number, "y": 1}) for number in (1, 2, 3)]
    assert outputs(egp_server) == ["2", "The call was not allowed: too dear", "31"]


def test_approval_may_be_a_coroutine_where_there_is_a_loop(run_tools, egp_server, mode):
    async def approve(call):
        return False

    egp_server.reply(tool_calls=[("add", {"x": 1, "y": 1})])
    egp_server.reply("done")
    run = run_tools(add, approve=approve)

    if mode.startswith("sync"):
        with pytest.raises(EGPError, match="AsyncClient"):
            run.final()
    else:
        run.final()
        assert outputs(egp_server) == ["The call was not allowed: the user declined"]


def test_a_run_that_was_stopped_goes_on_from_json(run_tools, egp_server):
    egp_server.reply(tool_calls=[("add", {"x": 1, "y": 1}), ("fail", {"why": "no"})])
    egp_server.reply("done")

    with pytest.raises(ToolLoopStoppedError, match="ask me") as caught:
        run_tools(add, fail, approve=lambda call: Stop("ask me") if call.name == "fail" else True).final()
    assert_accepted(caught.value.messages)
    saved = json.loads(json.dumps(caught.value.state))
    result = run_tools(add, fail, state=saved, approve=lambda call: call.name == "fail").final()

    assert result.content == "done"
    assert outputs(egp_server) == ["2", "The tool failed: ValueError: no"]


def test_an_exception_of_approval_reaches_the_program(run_tools, egp_server):
    def approve(call):
        raise LookupError("nobody is here")

    egp_server.reply(tool_calls=[("add", {"x": 1, "y": 1})])
    run = run_tools(add, approve=approve)

    with pytest.raises(LookupError):
        run.final()

    assert_accepted(run.messages)


# What is refused before anything is sent

KNOWN = {"type": "function", "function": {"name": "other", "parameters": {}}}


@pytest.mark.parametrize(
    ("tools", "keywords", "said"),
    [
        ([KNOWN], {}, "cannot run the tool 'other'"),
        ([add, add], {}, "two tools have the name 'add'"),
        ([int], {}, "int is a class"),
        ([add], {"n": 2}, "n must be 1"),
        ([add], {"max_turns": 0}, "max_turns must be an integer >= 1"),
        ([add], {"deadline": -1}, "deadline must be"),
        ([lambda x: x], {}, "give one with name="),
        ([add], {"messages": None}, r"run_tools\(\) needs messages"),
        ([add], {"messages": "hello"}, "messages: a list of objects is needed, not a str"),
        ([add], {"messages": {"role": "user"}}, "messages: a list of objects is needed, not a dict"),
        ([], {"tools": add}, "tools: a list of functions is needed, not a Tool"),
        ([], {"tools": len}, "tools: a list of functions is needed, not a builtin"),
        ([], {"tools": "add"}, "tools: a list of functions is needed, not a str"),
        ([add], {"approve": True}, "approve must be a function, got bool"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_sent(run_tools, egp_server, tools, keywords, said):
    with pytest.raises(EGPError, match=said):
        run_tools(*tools, **keywords).final()

    assert egp_server.requests == []


@pytest.mark.parametrize("state", [None, {"fields": {}}])
def test_a_misspelt_keyword_is_refused_by_the_names_that_the_method_has(run_tools, egp_server, state):
    with pytest.raises(TypeError, match=r"_tools\(\) got .* 'max_turn'; did you mean 'max_turns'"):
        run_tools(add, max_turn=20, **({} if state is None else {"state": state}))

    assert egp_server.requests == []


def test_fields_of_the_request_are_in_the_state_and_cannot_be_given_anew(run_tools):
    with pytest.raises(
        TypeError, match=r"^resume_tools\(\) got an unexpected keyword argument 'temperature'"
    ):
        run_tools(add, state={"fields": {}}, temperature=1)


def test_a_coroutine_function_needs_an_event_loop(run_tools, egp_server, mode):
    @egp.tool
    async def later() -> str:
        return "later"

    egp_server.reply(tool_calls=[("later", {})])
    egp_server.reply("done")

    if mode.startswith("sync"):
        with pytest.raises(EGPError, match="needs an AsyncClient"):
            run_tools(later)
    else:
        run_tools(later).final()
        assert outputs(egp_server) == ["later"]


def test_errors_of_the_loop_pickle(run_tools, egp_server):
    import pickle

    egp_server.reply(tool_calls=[("add", {"x": 1, "y": 1})])
    with pytest.raises(ToolLoopError) as caught:
        run_tools(add, max_turns=1).final()

    copied = pickle.loads(pickle.dumps(caught.value))

    assert (str(copied), copied.state) == (str(caught.value), caught.value.state)


def test_the_state_has_the_fields_of_the_request_and_no_option_of_the_call(run_tools, egp_server):
    egp_server.reply(tool_calls=[("add", {"x": 1, "y": 1})])
    egp_server.reply("2")
    headers = {"x-secret": "s3cret"}
    with pytest.raises(ToolLoopLimitError) as caught:
        run_tools(add, max_turns=1, temperature=0.5, extra_headers=headers, timeout=9).final()

    saved = json.dumps(caught.value.state)
    run_tools(add, state=json.loads(saved)).final()

    assert "s3cret" not in saved
    assert egp_server.requests[1].json["temperature"] == 0.5


@pytest.mark.parametrize("state", [{}, {"fields": None}, {"fields": {}}])
def test_what_is_no_state_is_refused(run_tools, state):
    with pytest.raises(EGPError, match="this is not the state of a"):
        run_tools(add, state=state)
