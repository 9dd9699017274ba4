"""Chunks to events."""

from __future__ import annotations

import json
import time

import pytest
from egp_api.models import ChatCompletionChunk
from hypothesis import given, settings
from hypothesis import strategies as st

from egp._core.accumulate import CompletionAccumulator
from egp._core.event_stream import StreamEvents

ENVELOPE = {"id": "c1", "object": "chat.completion.chunk", "created": 7, "model": "m"}


def chunk(delta=None, *, index=0, finish_reason=None, logprobs=None):
    choice = {"index": index, "delta": delta or {}, "logprobs": logprobs, "finish_reason": finish_reason}
    return {**ENVELOPE, "choices": [choice]}


def call(arguments=None, *, index=0, call_id=None, name=None):
    function = {"name": name, "arguments": arguments}
    piece = {"index": index, "id": call_id, "function": {k: v for k, v in function.items() if v is not None}}
    return {"tool_calls": [{key: value for key, value in piece.items() if value is not None}]}


class Told:
    """The events of some chunks, and what the chunks add up to."""

    def __init__(self, *chunks, finish=True, **readers):
        self.accumulator = CompletionAccumulator()
        self.machine = StreamEvents(self.accumulator, **readers)
        self.events = []
        for each in chunks:
            self.events += self.take(each)
        if finish:
            self.events += self.machine.finish()

    def take(self, payload):
        self.accumulator.add(payload)
        return self.machine.events_of(ChatCompletionChunk.from_dict(payload))

    def of(self, kind, choice_index=0):
        return [each for each in self.events if each.type == kind and each.choice_index == choice_index]

    @property
    def types(self):
        return [each.type for each in self.events if each.type != "chunk"]

    def final(self):
        """Field by field, what the deltas add up to, and what was done last."""
        joined, done = {}, {}
        for event in self.events:
            place, name = event.choice_index, event.type.rpartition(".")[0]
            if event.type == "tool_calls.function.arguments.delta":
                key = (place, name, event.index)
                joined[key] = (event.name, joined.get(key, ("", ""))[1] + event.arguments_delta)
            elif event.type == "tool_calls.function.arguments.done":
                done[place, name, event.index] = (event.name, event.arguments)
            elif event.type in ("content.delta", "refusal.delta"):
                joined[place, name] = joined.get((place, name), "") + event.delta
            elif event.type in ("content.done", "refusal.done"):
                done[place, name] = getattr(event, name)
            elif event.type.endswith(".delta"):
                joined[place, name] = [*joined.get((place, name), []), *getattr(event, name.split(".")[1])]
            elif event.type.endswith(".done"):
                done[place, name] = getattr(event, name.split(".")[1])
        return joined, done


# Any order

PIECES = st.lists(st.text(max_size=6), min_size=1, max_size=4)
TOKEN = {"token": "t", "logprob": -0.5, "bytes": None}


@st.composite
def fields(draw):
    """The pieces of an answer, field by field: each a list of deltas that keeps its order."""
    found = []
    for index in range(draw(st.integers(1, 3))):
        for name in draw(st.sets(st.sampled_from(["content", "refusal", "reasoning_content"]))):
            found.append([chunk({name: piece}, index=index) for piece in draw(PIECES)])
        for number in range(draw(st.integers(0, 3))):
            begin = call("", index=number, call_id=f"call_{index}_{number}", name=f"f{number}")
            parts = draw(PIECES | st.just(['{"a": ', "1", "}"]))
            found.append(
                [
                    chunk(begin, index=index),
                    *(chunk(call(part, index=number), index=index) for part in parts),
                ]
            )
        for kind in draw(st.sets(st.sampled_from(["content", "refusal"]))):
            logprobs = {"content": None, "refusal": None, kind: [TOKEN]}
            found.append([chunk(index=index, logprobs=logprobs)] * draw(st.integers(1, 3)))
    return found


def interleaved(draw, lists):
    order = draw(st.permutations([place for place, items in enumerate(lists) for _ in items]))
    taken = [iter(items) for items in lists]
    return [next(taken[place]) for place in order]


def merged(draw, chunks):
    """Some chunks put together: a chunk may have several choices, or one of them twice."""
    result = []
    for each in chunks:
        if result and draw(st.booleans()):
            result[-1] = {**each, "choices": [*result[-1]["choices"], *each["choices"]]}
        else:
            result.append(each)
    return result


def finishes(lists):
    indices = sorted({items[0]["choices"][0]["index"] for items in lists})
    return [chunk(index=index, finish_reason="stop") for index in indices]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_order_of_the_pieces_tells_what_the_sorted_order_tells(data):
    lists = data.draw(fields())
    in_order = Told(*(piece for items in lists for piece in items), *finishes(lists))

    mixed = Told(*merged(data.draw, interleaved(data.draw, lists)), *finishes(lists))

    assert mixed.final() == in_order.final()
    assert mixed.accumulator.to_dict() == in_order.accumulator.to_dict()


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_wherever_finish_reasons_stand_the_last_done_events_have_everything(data):
    lists = data.draw(fields())
    in_order = Told(*(piece for items in lists for piece in items), *finishes(lists))

    mixed = Told(*interleaved(data.draw, [*lists, *([finish] for finish in finishes(lists))]))

    assert mixed.final() == in_order.final()


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_field_is_done_once_where_its_choice_ends_after_it(data):
    lists = data.draw(fields())

    told = Told(*interleaved(data.draw, lists), *finishes(lists))

    done = [
        (each.type, each.choice_index, getattr(each, "index", None))
        for each in told.events
        if each.type.endswith(".done")
    ]
    assert len(done) == len(set(done))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_done_events_have_what_the_completion_has(data):
    lists = data.draw(fields())

    told = Told(*interleaved(data.draw, lists), *finishes(lists))

    _, done = told.final()
    for choice in told.accumulator.completion().choices:
        assert done.get((choice.index, "content"), "") == (choice.message.content or "")
        assert done.get((choice.index, "refusal")) == (choice.message.refusal or None) or not done.get(
            (choice.index, "refusal")
        )
        for number, made in enumerate(choice.message.tool_calls or ()):
            key = (choice.index, "tool_calls.function.arguments", number)
            assert done[key] == (made.function.name, made.function.arguments)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_every_snapshot_is_the_text_up_to_its_event_however_late_it_is_looked_at(data):
    lists = data.draw(fields())

    told = Told(*interleaved(data.draw, lists), *finishes(lists))

    so_far = {}
    for event in told.events:
        if event.type in ("content.delta", "refusal.delta"):
            key = (event.type, event.choice_index)
            so_far[key] = so_far.get(key, "") + event.delta
            assert event.snapshot == so_far[key]
        elif event.type == "tool_calls.function.arguments.delta":
            key = (event.type, event.choice_index, event.index)
            so_far[key] = so_far.get(key, "") + event.arguments_delta
            assert event.arguments == so_far[key]
        elif event.type.startswith("logprobs") and event.type.endswith("delta"):
            key = (event.type, event.choice_index)
            so_far[key] = so_far.get(key, 0) + 1
            assert len(event.snapshot) == so_far[key]


# When something is done


def test_the_events_of_a_text_come_in_their_order():
    told = Told(
        chunk({"role": "assistant", "content": ""}), chunk({"content": "Hi"}), chunk(finish_reason="stop")
    )

    assert [each.type for each in told.events] == [
        "chunk",
        "content.delta",
        "chunk",
        "content.delta",
        "chunk",
        "content.done",
    ]
    assert told.of("content.done")[0].content == "Hi"


def test_a_call_is_done_when_the_next_one_begins():
    told = Told(
        chunk(call("", call_id="a", name="f")),
        chunk(call('{"x": 1}')),
        chunk(call("", index=1, call_id="b", name="g")),
        chunk(call('{"y": 2}', index=1)),
        finish=False,
    )

    assert [(each.index, each.arguments) for each in told.of("tool_calls.function.arguments.done")] == [
        (0, '{"x": 1}')
    ]


def test_a_call_that_goes_on_after_another_is_not_done_before_it_is():
    told = Told(
        chunk(call('{"x"', call_id="a", name="f")),
        chunk(call('{"y"', index=1, call_id="b", name="g")),
        chunk(call(": 1}")),
        chunk(call(": 2}", index=1)),
        chunk(finish_reason="tool_calls"),
    )

    done = told.of("tool_calls.function.arguments.done")
    assert [(each.name, each.arguments) for each in done] == [("f", '{"x": 1}'), ("g", '{"y": 2}')]


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_a_call_that_was_cut_is_never_done(reason):
    told = Told(
        chunk(call('{"x": 1}', call_id="a", name="f")),
        chunk(call('{"y": ', index=1, call_id="b", name="g")),
        chunk(finish_reason=reason),
    )

    assert [each.name for each in told.of("tool_calls.function.arguments.done")] == ["f"]


def test_a_call_without_arguments_is_done():
    told = Told(chunk(call(call_id="a", name="f")), chunk(finish_reason="tool_calls"))

    (done,) = told.of("tool_calls.function.arguments.done")
    assert (done.name, done.arguments) == ("f", "")


def test_a_stream_that_ends_without_a_finish_reason_is_done_at_its_end():
    told = Told(chunk({"content": "Hi"}), chunk({"content": "Ho"}, index=1))

    assert [each.content for each in told.events if each.type == "content.done"] == ["Hi", "Ho"]


def test_what_comes_after_the_finish_reason_is_done_once_more():
    told = Told(chunk({"content": "a"}), chunk(finish_reason="stop"), chunk({"content": "b"}))

    assert [each.content for each in told.of("content.done")] == ["a", "ab"]


def test_the_choice_may_begin_at_one():
    told = Told(chunk({"content": "second"}, index=1), chunk(index=1, finish_reason="stop"))

    assert told.of("content.done", 1)[0].content == "second"


# What servers do


def test_calls_that_all_have_the_index_0_are_told_apart_by_their_ids():
    told = Told(
        chunk(call('{"x":1}', call_id="a", name="f")),
        chunk(call('{"y":2}', call_id="b", name="g")),
        chunk(finish_reason="tool_calls"),
    )

    done = told.of("tool_calls.function.arguments.done")
    assert [(each.index, each.name, each.arguments) for each in done] == [
        (0, "f", '{"x":1}'),
        (1, "g", '{"y":2}'),
    ]


def test_calls_without_an_index_are_told_apart_by_their_ids():
    pieces = [
        call("1", call_id="a", name="f", index=None),
        call("2", index=None),
        call("3", call_id="b", name="g", index=None),
    ]

    told = Told(*map(chunk, pieces))

    done = told.of("tool_calls.function.arguments.done")
    assert [(each.index, each.arguments) for each in done] == [(0, "12"), (1, "3")]


def test_the_halves_of_a_character_are_one_in_what_is_done_and_in_snapshots():
    told = Told(chunk({"content": "a\ud83d"}), chunk({"content": "\ude00"}), chunk(finish_reason="stop"))

    (done,) = told.of("content.done")
    assert done.content == told.accumulator.completion().choices[0].message.content == "a😀"
    assert told.of("content.delta")[-1].snapshot == "a😀"


def test_arguments_that_are_an_object_are_told_as_their_text():
    told = Told(chunk(call({"x": 1}, name="f")), chunk(finish_reason="tool_calls"))

    (done,) = told.of("tool_calls.function.arguments.done")
    assert done.arguments == '{"x": 1}'


def test_a_chunk_of_usage_alone_is_an_event_without_a_choice():
    told = Told({**ENVELOPE, "choices": [], "usage": {"total_tokens": 3}})

    assert [(each.type, each.choice_index) for each in told.events] == [("chunk", None)]


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"choices": None},
        {"choices": "none"},
        {"choices": [None, 3]},
        {"choices": [{"index": "x", "delta": None}]},
        {"choices": [{"index": 0, "delta": {"content": 3, "refusal": [], "tool_calls": "no"}}]},
        {"choices": [{"index": 0, "delta": {"tool_calls": [None, {}, {"index": 0, "function": None}]}}]},
        {"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, "function": {"arguments": 1}}]}}]},
        {"choices": [{"index": 0, "logprobs": {"content": None}}]},
        {"choices": [{"index": 0, "logprobs": [3], "finish_reason": [1]}]},
        {
            "choices": [
                {"index": 0, "delta": {"tool_calls": [{"index": [1], "id": {}, "function": {"name": 1}}]}}
            ]
        },
    ],
)
def test_what_no_chunk_can_have_is_passed_over(payload):
    told = Told(payload)

    assert told.events[0].type == "chunk"


def test_a_custom_call_between_two_functions_does_not_mix_them():
    custom = {
        "tool_calls": [{"index": 1, "id": "b", "type": "custom", "custom": {"name": "c", "input": "x"}}]
    }
    told = Told(
        chunk(call("1", call_id="a", name="f")),
        chunk({"tool_calls": [custom]}),
        chunk(call("2")),
        chunk(finish_reason="tool_calls"),
    )

    (done,) = told.of("tool_calls.function.arguments.done")
    assert done.arguments == "12"


def test_the_snapshot_of_a_chunk_is_the_completion_so_far():
    told = Told()

    (first, _) = told.take(chunk({"content": "Hel"}))
    before = first.snapshot.choices[0].message.content
    told.take(chunk({"content": "lo"}))

    assert (before, first.snapshot.choices[0].message.content) == ("Hel", "Hello")


# Values


class Reader:
    def __init__(self):
        self.reads = 0

    def decode(self, text):
        self.reads += 1
        return json.loads(text)

    def read_partial(self, text):
        self.reads += 1
        return text


def test_json_is_read_only_where_somebody_looks():
    content, arguments = Reader(), Reader()
    told = Told(
        chunk({"content": '{"a":'}),
        chunk({"content": " 1}"}),
        chunk(call('{"x": 1}', call_id="a", name="f")),
        chunk(finish_reason="stop"),
        content_reader=content,
        arguments_reader={"f": arguments}.get,
    )

    assert (content.reads, arguments.reads) == (0, 0)
    assert told.of("content.delta")[0].parsed == '{"a":'
    assert told.of("content.done")[0].parsed == {"a": 1}
    assert told.of("tool_calls.function.arguments.done")[0].parsed_arguments == {"x": 1}


def test_without_a_type_nothing_is_parsed():
    told = Told(
        chunk({"content": "{}"}), chunk(call("{}", call_id="a", name="f")), chunk(finish_reason="stop")
    )

    assert told.of("content.delta")[0].parsed is None
    assert told.of("content.done")[0].parsed is None


def test_events_show_what_they_bring():
    told = Told(chunk({"content": "Hi"}), chunk(finish_reason="stop"))

    assert repr(told.of("content.delta")[0]) == "ContentDeltaEvent(choice_index=0, delta='Hi')"
    assert repr(told.of("content.done")[0]) == "ContentDoneEvent(choice_index=0, content='Hi')"


def seconds(pieces):
    chunks = [chunk(call("", call_id="a", name="f")), *(chunk(call("x" * 64)) for _ in range(pieces))]
    accumulator = CompletionAccumulator()
    machine = StreamEvents(accumulator)
    models = [ChatCompletionChunk.from_dict(each) for each in chunks]
    started = time.process_time()
    for model in models:
        machine.events_of(model)
    machine.finish()
    return time.process_time() - started


def test_the_cost_of_a_chunk_does_not_grow_with_a_megabyte_of_arguments():
    seconds(1_000)

    small = min(seconds(1_000) for _ in range(3)) / 1_000
    large = min(seconds(16_000) for _ in range(2)) / 16_000

    assert large < 4 * small
