"""The loop of tools, step by step."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egp._core.tool_calls import Deny, Edit, Stop
from egp._core.tool_loop import Ask, Decide, End, Limits, Run, ToolLoop
from egp.errors import EGPError

QUESTION = {"role": "user", "content": "How is the weather?"}


class JSONTool:
    """A tool that takes any object."""

    def decode(self, text):
        try:
            value = json.loads(text or "{}")
        except ValueError as error:
            raise EGPError(f"no JSON: {error}") from None
        if not isinstance(value, dict):
            raise EGPError("no object")
        return value


TOOLS = {"f": JSONTool(), "g": JSONTool()}


def call(id_, name="f", arguments="{}"):
    return {"id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}


def calling(*calls, content=None):
    return {"role": "assistant", "content": content, "tool_calls": list(calls)}


def looping(*, limits=None, **options):
    return ToolLoop([QUESTION], TOOLS, limits or Limits(), **options)


def assert_accepted(messages):
    """Hold a conversation to the rules of the service: each call has one answer, right after its message."""
    awaited = []
    for message in messages:
        if message["role"] == "tool":
            assert awaited, "an answer without a call"
            assert message["tool_call_id"] == awaited.pop(0)
            assert isinstance(message["content"], str)
            continue
        assert not awaited, "a call without an answer"
        if message["role"] == "assistant":
            awaited = [each["id"] for each in message.get("tool_calls") or ()]
            assert len(set(awaited)) == len(awaited)
            assert awaited or isinstance(message.get("content"), str) or message.get("refusal")
    assert not awaited, "a call without an answer"


# The ordinary course


def test_the_model_is_asked_until_it_answers():
    loop = looping()

    assert loop.next_step(0).messages == [QUESTION]
    loop.answered(calling(call("a", arguments='{"x": 1}'), call("b", "g")), "tool_calls", None)
    run = loop.next_step(0)
    assert [(each.name, each.arguments) for each in run.calls] == [("f", {"x": 1}), ("g", {})]
    for each in reversed(run.calls):
        loop.ran(each, f"output of {each.id}")
    asked = loop.next_step(0)
    loop.answered({"role": "assistant", "content": "Fine."}, "stop", None)

    assert [each["role"] for each in asked.messages] == ["user", "assistant", "tool", "tool"]
    assert [each["content"] for each in asked.messages[2:]] == ["output of a", "output of b"]
    assert loop.next_step(0) == End("answer", "the model has answered")
    assert loop.history()[-1] == {"role": "assistant", "content": "Fine."}


def test_a_step_stays_the_same_until_something_is_reported():
    loop = looping()

    assert loop.next_step(0) == loop.next_step(1)


def test_finish_reason_stop_with_calls_runs_them():
    loop = looping()

    loop.answered(calling(call("a")), "stop", None)

    assert isinstance(loop.next_step(0), Run)


@pytest.mark.parametrize(
    ("given", "later"),
    [
        ("required", "auto"),
        ({"type": "function", "function": {"name": "f"}}, "auto"),
        ({"type": "custom", "custom": {"name": "f"}}, "auto"),
        (
            {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": []}},
            {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": []}},
        ),
        ("auto", "auto"),
        ("none", "none"),
        (None, None),
    ],
)
def test_a_tool_choice_that_forces_a_call_does_so_for_one_turn(given, later):
    loop = looping(tool_choice=given)

    first = loop.next_step(0)
    loop.answered(calling(call("a")), "tool_calls", None)
    loop.ran(loop.next_step(0).calls[0], "done")

    assert (first.tool_choice, loop.next_step(0).tool_choice) == (given, later)


def test_usage_is_summed_over_the_turns():
    loop = looping()
    usage = {"prompt_tokens": 5, "total_tokens": 7, "prompt_tokens_details": {"cached_tokens": 2}}

    loop.answered(calling(call("a")), "tool_calls", usage)
    loop.ran(loop.next_step(0).calls[0], "done")
    loop.next_step(0)
    loop.answered({"content": "x"}, "stop", {**usage, "prompt_tokens_details": None})

    assert loop.usage == {
        "prompt_tokens": 10,
        "total_tokens": 14,
        "prompt_tokens_details": {"cached_tokens": 2},
    }


# What models get wrong


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (call("a", "h"), "There is no tool 'h'. The tools are: f, g."),
        (call("a", arguments='{"x": '), "The tool was not run, because its arguments are wrong: no JSON"),
        (call("a", arguments="[1]"), "The tool was not run, because its arguments are wrong: no object"),
        ({"id": "a", "type": "custom", "custom": {"name": "h", "input": "x"}}, "There is no tool 'h'"),
    ],
)
def test_a_call_that_cannot_be_made_is_answered_and_the_others_run(wrong, told):
    loop = looping()

    loop.answered(calling(wrong, call("b")), "tool_calls", None)
    run = loop.next_step(0)
    loop.ran(run.calls[0], "fine")

    assert [each.id for each in run.calls] == ["b"]
    messages = loop.next_step(0).messages
    assert messages[-2]["content"].startswith(told)
    assert_accepted(messages)


def test_arguments_that_are_empty_are_none():
    loop = looping()

    loop.answered(calling(call("a", arguments="")), "tool_calls", None)

    assert loop.next_step(0).calls[0].arguments == {}


@pytest.mark.parametrize("ids", [("a", "a"), ("", ""), (None, None), ("call_1_1", None)])
def test_ids_that_are_missing_or_used_twice_are_made_different(ids):
    loop = looping()

    loop.answered(calling(*map(call, ids)), "tool_calls", None)

    assert_accepted(loop.history())


def test_what_is_no_call_is_dropped():
    loop = looping()

    loop.answered(
        {"content": "Hi", "tool_calls": [None, 3, {"id": "a", "type": "other"}]}, "tool_calls", None
    )

    assert loop.next_step(0).reason == "answer"
    assert loop.history()[-1] == {"role": "assistant", "content": "Hi"}


def test_arguments_that_are_no_text_are_written_as_text():
    loop = looping()

    loop.answered(calling(call("a", arguments={"x": 1})), "tool_calls", None)

    assert loop.next_step(0).calls[0].arguments == {"x": 1}
    assert loop.history()[1]["tool_calls"][0]["function"]["arguments"] == '{"x": 1}'


# Endings


@pytest.mark.parametrize("reason", ["length", "content_filter"])
@pytest.mark.parametrize("content", [None, "Let me look."])
def test_a_cut_answer_runs_no_tool_and_leaves_no_call(reason, content):
    loop = looping()

    calls = loop.answered(calling(call("a"), content=content), reason, None)

    assert calls == []
    assert loop.next_step(0).reason == reason
    assert_accepted(loop.history())
    assert len(loop.history()) == (1 if content is None else 2)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(max_turns=1), "max_turns"),
        (Limits(max_calls=1), "max_calls"),
        (Limits(max_tokens_total=10), "max_tokens_total"),
        (Limits(deadline=5.0), "deadline"),
    ],
)
def test_a_limit_ends_the_loop_before_the_calls_run(limits, reason):
    loop = looping(limits=limits)

    loop.next_step(0)
    loop.answered(calling(call("a"), call("b")), "tool_calls", {"total_tokens": 10})

    assert loop.next_step(6).reason == reason
    assert_accepted(loop.history())
    assert "The tool was not run" in loop.history()[-1]["content"]


def test_an_answer_at_the_limit_is_an_answer():
    loop = looping(limits=Limits(max_turns=1, max_tokens_total=1))

    loop.answered({"content": "Hi"}, "stop", {"total_tokens": 9})

    assert loop.next_step(0).reason == "answer"


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "3"])
@pytest.mark.parametrize("name", ["max_turns", "max_calls", "max_tokens_total"])
def test_a_limit_is_a_positive_whole_number(name, value):
    with pytest.raises(EGPError, match=f"{name} must be an integer >= 1 or None"):
        Limits(**{name: value})


def test_a_call_that_was_broken_off_is_not_run_again():
    loop = looping()
    loop.answered(calling(call("a"), call("b")), "tool_calls", None)
    loop.started(loop.next_step(0).calls[0])

    again = looping()
    again.resume(json.loads(json.dumps(loop.to_dict())))

    assert [each.id for each in again.next_step(0).calls] == ["b"]
    assert again.history()[2]["content"].startswith("The tool was broken off")


# Decisions


def deciding():
    loop = looping(asks_for_approval=True)
    loop.answered(calling(call("a", arguments='{"x": 1}'), call("b")), "tool_calls", None)
    return loop


def test_every_call_is_decided_upon_before_any_runs():
    loop = deciding()

    first = loop.next_step(0)
    loop.decided(first.call, True)
    second = loop.next_step(0)
    loop.decided(second.call, True)

    assert (first.call.id, first.call.arguments, second.call.id) == ("a", {"x": 1}, "b")
    assert [each.id for each in loop.next_step(0).calls] == ["a", "b"]


@pytest.mark.parametrize(
    ("decision", "told"),
    [
        (False, "The call was not allowed: the user declined"),
        (Deny("too dear"), "The call was not allowed: too dear"),
    ],
)
def test_a_denied_call_is_answered_with_the_reason(decision, told):
    loop = deciding()

    loop.decided(loop.next_step(0).call, decision)
    loop.decided(loop.next_step(0).call, True)
    run = loop.next_step(0)
    loop.ran(run.calls[0], "fine")

    assert [each.id for each in run.calls] == ["b"]
    assert loop.next_step(0).messages[2]["content"] == told


def test_an_edited_call_runs_with_the_arguments_given():
    loop = deciding()

    loop.decided(loop.next_step(0).call, Edit({"x": 2}))

    assert loop.calls[0].arguments == {"x": 2}


def test_what_is_no_decision_is_refused():
    loop = deciding()

    with pytest.raises(EGPError, match="approve must return True, False, Deny"):
        loop.decided(loop.next_step(0).call, "yes")


def test_a_stopped_loop_goes_on_from_json():
    loop = deciding()
    loop.decided(loop.next_step(0).call, True)
    loop.decided(loop.next_step(0).call, Stop())
    saved = json.loads(json.dumps(loop.to_dict()))
    assert loop.next_step(0).reason == "stopped"
    assert_accepted(loop.history())

    again = looping(asks_for_approval=True)
    again.resume(saved)

    step = again.next_step(0)
    assert (step.call.id, again.calls[0].arguments) == ("b", {"x": 1})
    again.decided(step.call, True)
    assert [each.id for each in again.next_step(0).calls] == ["a", "b"]


def test_a_limit_that_is_raised_lets_the_loop_go_on():
    loop = looping(limits=Limits(max_turns=1))
    loop.answered(calling(call("a")), "tool_calls", None)

    again = looping(limits=Limits(max_turns=2))
    again.resume(loop.to_dict())

    assert [each.id for each in again.next_step(0).calls] == ["a"]


@pytest.mark.parametrize("saved", [{}, {"messages": []}, {"calls": [{}]}, {"calls": None}])
def test_what_is_no_state_is_refused(saved):
    with pytest.raises(EGPError, match="not the state of a tool loop"):
        looping().resume(saved)


# Any course

CALLS = st.builds(
    call,
    st.sampled_from(["a", "b", "", None]),
    st.sampled_from(["f", "g", "unknown", ""]),
    st.sampled_from(["{}", '{"x": 1}', '{"x": ', "", "[]", "null"]),
)
ANSWERS = st.tuples(
    st.one_of(
        st.lists(CALLS, min_size=1, max_size=4).map(lambda calls: calling(*calls)),
        st.just({"role": "assistant", "content": "Hi"}),
        st.just({"role": "assistant", "content": None}),
        st.just({"role": "assistant", "content": None, "refusal": "No."}),
    ),
    st.sampled_from(["tool_calls", "stop", "length", "content_filter", None, "eos"]),
    st.none() | st.just({"total_tokens": 3}),
)
LIMITS = st.builds(
    Limits,
    max_turns=st.none() | st.integers(1, 4),
    max_calls=st.none() | st.integers(1, 6),
    max_tokens_total=st.none() | st.integers(1, 9),
    deadline=st.none() | st.floats(0, 20),
)


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_whatever_happens_the_history_is_accepted_and_each_call_runs_once(data):
    draw = data.draw
    approves = draw(st.booleans())
    limits = draw(LIMITS)
    loop = ToolLoop([QUESTION], TOOLS, limits, asks_for_approval=approves)
    ran, now = [], 0.0
    for _ in range(40):
        now += 1
        assert_accepted(loop.history())
        if draw(st.booleans(), label="the program starts anew"):
            saved = json.loads(json.dumps(loop.to_dict()))
            ended = loop.end
            loop = ToolLoop([QUESTION], TOOLS, limits, asks_for_approval=approves)
            loop.resume(saved)
            if ended is not None:
                break
        step = loop.next_step(now)
        assert_accepted(loop.history())
        if isinstance(step, End):
            break
        if isinstance(step, Ask):
            assert_accepted(step.messages)
            message, reason, usage = draw(ANSWERS)
            loop.answered(message, reason, usage)
        elif isinstance(step, Decide):
            loop.decided(step.call, draw(st.sampled_from([True, False, Deny("no"), Edit({"y": 1}), Stop()])))
        elif isinstance(step, Run):
            # Calls end in any order; those of a turn that is broken off do not end.
            order = draw(st.permutations(step.calls))
            for each in order[: draw(st.integers(1, len(order)))]:
                assert each.is_approved
                ran.append((each.turn, each.id))
                loop.started(each)
                if draw(st.booleans(), label="it ends"):
                    loop.ran(each, "output")
    assert_accepted(loop.history())
    assert len(ran) == len(set(ran))
