"""What chunks add up to."""

from __future__ import annotations

import copy
import pickle
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egp._core.accumulate import CompletionAccumulator

ENVELOPE = {"id": "c1", "object": "chat.completion.chunk", "created": 7, "model": "m"}


def chunk(delta=None, *, index=0, finish_reason=None, **fields):
    choice = {"index": index, "delta": delta or {}, "finish_reason": finish_reason}
    return {**ENVELOPE, "choices": [choice], **fields}


def accumulated(*chunks):
    accumulator = CompletionAccumulator()
    for each in chunks:
        accumulator.add(each)
    return accumulator.to_dict()


def message_of(*deltas):
    return accumulated(*map(chunk, deltas))["choices"][0]["message"]


# Splitting and putting together

TEXT = st.text(max_size=12)
NONEMPTY = st.text(min_size=1, max_size=8)
TOKENS = st.lists(
    st.fixed_dictionaries({"token": TEXT, "logprob": st.floats(-9, 0), "bytes": st.none() | st.just([1])}),
    max_size=4,
)
CALLS = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {
                "id": NONEMPTY,
                "type": st.just("function"),
                "function": st.fixed_dictionaries({"name": NONEMPTY, "arguments": TEXT}),
            }
        ),
        st.fixed_dictionaries(
            {
                "id": NONEMPTY,
                "type": st.just("custom"),
                "custom": st.fixed_dictionaries({"name": NONEMPTY, "input": TEXT}),
            }
        ),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda call: call["id"],
)
MESSAGES = st.fixed_dictionaries(
    {"role": st.just("assistant"), "content": st.none() | TEXT},
    optional={
        "refusal": st.none() | TEXT,
        "tool_calls": st.none() | CALLS,
        "function_call": st.none() | st.fixed_dictionaries({"name": NONEMPTY, "arguments": TEXT}),
        "reasoning_content": TEXT,
        "annotations": st.lists(
            st.fixed_dictionaries({"type": st.just("url_citation"), "title": TEXT}), max_size=2
        ),
        "vendor": st.fixed_dictionaries({"depth": st.integers(), "trace": TEXT, "sure": st.booleans()}),
    },
)
CHOICES = st.lists(
    st.fixed_dictionaries(
        {
            "message": MESSAGES,
            "finish_reason": st.sampled_from(["stop", "length", "tool_calls", "vendor_reason"]),
        },
        optional={
            "logprobs": st.none()
            | st.fixed_dictionaries({"content": st.none() | TOKENS, "refusal": st.none() | TOKENS}),
            "stop_reason": st.none() | st.integers(),
        },
    ),
    min_size=1,
    max_size=3,
)
COMPLETIONS = st.fixed_dictionaries(
    {
        "id": TEXT,
        "object": st.just("chat.completion"),
        "created": st.integers(),
        "model": TEXT,
        "choices": CHOICES.map(lambda choices: [{"index": n, **choice} for n, choice in enumerate(choices)]),
    },
    optional={
        "usage": st.none() | st.fixed_dictionaries({"total_tokens": st.integers(0)}),
        "service_tier": st.none() | st.just("default"),
        "system_fingerprint": st.none() | TEXT,
        "citations": st.lists(TEXT, max_size=3),
    },
)

WHOLE = {"role", "id", "type", "name", "depth", "sure"}


def pieces_of(draw, key, value):
    """The value as a list of pieces that add up to it."""
    if key in WHOLE or value is None or not isinstance(value, (str, list, dict)):
        return [value]
    if isinstance(value, str):
        cuts = sorted(draw(st.lists(st.integers(0, len(value)), max_size=3)))
        return [value[a:b] for a, b in zip([0, *cuts], [*cuts, len(value)], strict=True)]
    if isinstance(value, list):
        if key == "tool_calls":
            return [
                [{"index": n, **piece}]
                for n, call in enumerate(value)
                for piece in object_pieces(draw, call, together=("id", "type"))
            ]
        return [value[:1], value[1:]] if draw(st.booleans()) else [value]
    return object_pieces(draw, value)


def object_pieces(draw, value, together=()):
    first = {key: value[key] for key in together}
    pieces = [
        {key: piece}
        for key, item in value.items()
        if key not in together
        for piece in pieces_of(draw, key, item)
    ]
    if first and pieces:
        pieces[0] = {**first, **pieces[0]}
    return pieces or [first]


@st.composite
def completions_and_chunks(draw):
    completion = draw(COMPLETIONS)
    envelope = {"id": completion["id"], "created": completion["created"], "model": completion["model"]}
    chunks = []
    for choice in completion["choices"]:
        extras = {
            key: value for key, value in choice.items() if key not in ("index", "message", "finish_reason")
        }
        pieces = [{"delta": delta} for delta in object_pieces(draw, choice["message"])]
        for logprobs in pieces_of(draw, "logprobs", extras.pop("logprobs")) if "logprobs" in extras else ():
            pieces.append({"delta": {}, "logprobs": logprobs})
        pieces.append({"delta": {}, "finish_reason": choice["finish_reason"], **extras})
        chunks.append([{"index": choice["index"], **piece} for piece in pieces])
    if draw(st.booleans()):  # interleaved, each choice in its own order
        order = draw(st.permutations([n for n, pieces in enumerate(chunks) for _ in pieces]))
        queues = [iter(pieces) for pieces in chunks]
        pieces = [[next(queues[n])] for n in order]
    else:
        pieces = [[piece] for choice in chunks for piece in choice]
    last = {key: value for key, value in completion.items() if key not in ("choices", "object")}
    return completion, [{**envelope, "choices": piece} for piece in pieces] + [{**last, "choices": []}]


@given(completions_and_chunks())
@settings(max_examples=300, deadline=None)
def test_a_completion_split_in_any_way_comes_back_whole(completion_and_chunks):
    completion, chunks = completion_and_chunks
    before = copy.deepcopy(chunks)

    result = accumulated(*chunks)

    assert result == completion
    assert chunks == before


@given(completions_and_chunks())
@settings(max_examples=50, deadline=None)
def test_reading_the_completion_in_between_changes_nothing(completion_and_chunks):
    completion, chunks = completion_and_chunks
    accumulator = CompletionAccumulator()

    for each in chunks:
        accumulator.add(each)
        accumulator.to_dict()

    assert accumulator.to_dict() == completion


# The rules, one by one


def test_text_is_joined_and_the_first_empty_piece_is_not_null():
    assert message_of({"role": "assistant", "content": ""})["content"] == ""
    assert message_of({"content": "Hel"}, {"content": "lo"})["content"] == "Hello"


def test_content_is_null_and_the_role_assistant_where_no_chunk_has_them():
    assert message_of({}) == {"role": "assistant", "content": None}


def test_thinking_in_parts_and_text_after_it_are_both_kept():
    part = {"type": "thinking", "thinking": "hm"}

    message = message_of({"content": [part]}, {"content": "So"}, {"content": "."})

    assert message["content"] == [part, {"type": "text", "text": "So."}]


def test_arguments_of_calls_side_by_side_are_joined_by_index():
    def call(index, **fields):
        return {"tool_calls": [{"index": index, **fields}]}

    message = message_of(
        call(0, id="a", type="function", function={"name": "f", "arguments": ""}),
        call(1, id="b", type="function", function={"name": "g", "arguments": '{"x"'}),
        call(0, function={"arguments": "{}"}),
        call(1, function={"arguments": ": 1}"}),
    )

    assert message["tool_calls"] == [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}},
        {"id": "b", "type": "function", "function": {"name": "g", "arguments": '{"x": 1}'}},
    ]


def test_calls_come_in_the_order_of_their_index():
    late = {"index": 1, "id": "b", "type": "function"}
    early = {"index": 0, "id": "a", "type": "function"}

    message = message_of({"tool_calls": [late]}, {"tool_calls": [early]})

    assert [call["id"] for call in message["tool_calls"]] == ["a", "b"]


@pytest.mark.parametrize("index", [{"index": 0}, {}], ids=["all of index 0", "no index"])
def test_a_second_id_with_a_name_begins_a_second_call(index):
    calls = [
        {**index, "id": "a", "function": {"name": "f", "arguments": "{}"}},
        {**index, "id": "b", "function": {"name": "f", "arguments": "[]"}},
    ]

    message = message_of({"tool_calls": calls[:1]}, {"tool_calls": calls[1:]})

    assert message["tool_calls"] == [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}},
        {"id": "b", "type": "function", "function": {"name": "f", "arguments": "[]"}},
    ]


def test_a_new_id_in_every_piece_does_not_begin_new_calls():
    pieces = [
        {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{"}},
        {"index": 0, "id": "b", "function": {"arguments": "}"}},
    ]

    message = message_of({"tool_calls": pieces[:1]}, {"tool_calls": pieces[1:]})

    assert [call["function"]["arguments"] for call in message["tool_calls"]] == ["{}"]


def test_a_name_said_again_is_taken_once():
    piece = {"index": 0, "function": {"name": "f", "arguments": "x"}}

    message = message_of({"tool_calls": [piece]}, {"tool_calls": [piece]})

    assert message["tool_calls"][0]["function"] == {"name": "f", "arguments": "xx"}


def test_unknown_strings_are_joined_and_unknown_objects_merged_by_index():
    message = message_of(
        {
            "reasoning_content": "a",
            "reasoning_details": [{"index": 0, "type": "text", "text": "p"}],
            "score": 1,
        },
        {
            "reasoning_content": "b",
            "reasoning_details": [{"index": 0, "type": "text", "text": "q"}],
            "score": 2,
        },
    )

    assert message["reasoning_content"] == "ab"
    assert message["reasoning_details"] == [{"index": 0, "type": "text", "text": "pq"}]
    assert message["score"] == 2


def test_null_never_takes_the_place_of_a_value():
    usage = {"total_tokens": 3}

    result = accumulated(
        chunk({"refusal": "no"}, usage=usage), chunk({"refusal": None}, usage=None, system_fingerprint=None)
    )

    assert result["choices"][0]["message"]["refusal"] == "no"
    assert result["usage"] == usage
    assert result["system_fingerprint"] is None


def test_lists_beside_the_deltas_are_restated_not_joined():
    result = accumulated(chunk(citations=["a"]), chunk(citations=["a", "b"]))

    assert result["citations"] == ["a", "b"]


def test_choices_are_told_apart_and_sorted():
    result = accumulated(chunk({"content": "b"}, index=1), chunk({"content": "a"}, index=0))

    assert [(c["index"], c["message"]["content"]) for c in result["choices"]] == [(0, "a"), (1, "b")]


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"choices": None},
        {"choices": "x"},
        {"choices": [None, 3, "x"]},
        {"choices": [{}]},
        {"choices": [{"index": "x", "delta": 3, "logprobs": 4}]},
        {
            "choices": [
                {"index": None, "delta": {"content": 3, "tool_calls": [None, {"function": 4}, {"index": []}]}}
            ]
        },
        {"choices": [{"index": 0, "delta": {"tool_calls": {"a": 1}, "function_call": "x"}}]},
    ],
)
def test_values_that_no_completion_has_raise_nothing(payload):
    result = accumulated(chunk({"content": "a"}), payload, chunk({"content": "b"}))

    assert "b" in str(result["choices"][0]["message"]["content"])


# Whether the answer is whole


def test_nothing_is_not_complete():
    assert not CompletionAccumulator().is_complete


def test_complete_means_that_every_choice_begun_has_its_reason():
    accumulator = CompletionAccumulator()
    seen = []

    for each in [
        chunk({"content": "a"}, index=0),
        chunk({}, index=0, finish_reason="stop"),
        chunk({"content": "b"}, index=1),
        chunk({}, index=1, finish_reason="length"),
        chunk({}, index=1, finish_reason="length"),
    ]:
        accumulator.add(each)
        seen.append(accumulator.is_complete)

    assert seen == [False, True, False, True, True]


# Models, copies, size


def test_models_are_taken_and_given():
    from egp_api.models import ChatCompletion, ChatCompletionChunk

    accumulator = CompletionAccumulator()

    accumulator.add(ChatCompletionChunk.from_dict(chunk({"content": "Hello", "reasoning_content": "hm"})))
    completion = accumulator.completion()

    assert isinstance(completion, ChatCompletion)
    assert completion.choices[0].message.content == "Hello"
    assert completion.choices[0].message["reasoning_content"] == "hm"


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_a_copy_goes_its_own_way(duplicate):
    accumulator = CompletionAccumulator()
    accumulator.add(chunk({"content": "a"}))

    other = duplicate(accumulator)
    other.add(chunk({"content": "b"}))

    assert accumulator.to_dict()["choices"][0]["message"]["content"] == "a"
    assert other.to_dict()["choices"][0]["message"]["content"] == "ab"


def test_of_a_hundred_thousand_chunks_little_more_than_the_text_is_kept():
    accumulator = CompletionAccumulator()
    piece = chunk({"content": "token "})
    accumulator.add(piece)

    tracemalloc.start()
    for _ in range(100_000):
        accumulator.add(piece)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()

    assert held < 4 * len("token ") * 100_000


@pytest.mark.parametrize(
    "delta",
    [
        {"content": "token "},
        {"reasoning_content": "token "},
        {"tool_calls": [{"index": 0, "function": {"arguments": "token "}}]},
        {"annotations": [{"type": "url_citation"}]},
    ],
    ids=lambda delta: next(iter(delta)),
)
def test_time_grows_in_step_with_the_chunks(delta):
    piece = chunk(delta)

    def seconds(count):
        best = float("inf")
        for _ in range(5):
            accumulator = CompletionAccumulator()
            start = time.process_time()
            for _ in range(count):
                accumulator.add(piece)
            accumulator.to_dict()
            best = min(best, time.process_time() - start)
        return best

    growth = seconds(16_000) / seconds(2_000)

    # Linear is 8, quadratic 64; the rest is room for a busy machine.
    assert growth < 32


# Reasoning


def test_pieces_of_reasoning_are_joined_by_index_type_and_id():
    message = message_of(
        {"reasoning_details": [{"type": "reasoning.summary", "summary": "Count ", "index": 0}]},
        {"reasoning_details": [{"type": "reasoning.summary", "summary": "to ten", "index": 0}]},
        {"reasoning_details": [{"type": "reasoning.text", "text": "One", "index": 0, "id": "a"}]},
        {"reasoning_details": [{"type": "reasoning.text", "text": "Two", "index": 0, "id": "b"}]},
        {"reasoning_details": [{"type": "reasoning.text", "text": " and", "index": 0, "id": "b"}]},
        {"reasoning_details": [{"type": "reasoning.text", "text": "Three", "index": 1, "id": "b"}]},
    )

    assert message["reasoning_details"] == [
        {"type": "reasoning.summary", "summary": "Count to ten", "index": 0},
        {"type": "reasoning.text", "text": "One", "index": 0, "id": "a"},
        {"type": "reasoning.text", "text": "Two and", "index": 0, "id": "b"},
        {"type": "reasoning.text", "text": "Three", "index": 1, "id": "b"},
    ]


@pytest.mark.parametrize("index", [{}, {"index": 0}])
@pytest.mark.parametrize("type_", ["reasoning.encrypted", "redacted_thinking"])
def test_encrypted_and_redacted_blocks_stay_as_they_came(type_, index):
    sealed = [{"type": type_, "data": data, **index} for data in ("QUJD", "REVG")]
    before = {"type": "thinking", "thinking": "Hm", "signature": "", **index}

    message = message_of({"blocks": [before]}, {"blocks": [sealed[0]]}, {"blocks": [sealed[1]]})

    assert message["blocks"] == [before, *sealed]


def test_blocks_without_an_index_go_on_until_they_are_signed():
    message = message_of(
        {"thinking_blocks": [{"type": "thinking", "thinking": "Step 1. ", "signature": ""}]},
        {"thinking_blocks": [{"type": "thinking", "thinking": "Step 2.", "signature": ""}]},
        {"thinking_blocks": [{"type": "thinking", "thinking": "", "signature": "first"}]},
        {"thinking_blocks": [{"type": "thinking", "thinking": "Step 3.", "signature": None}]},
        {"thinking_blocks": [{"type": "thinking", "thinking": "", "signature": "second"}]},
    )

    assert message["thinking_blocks"] == [
        {"type": "thinking", "thinking": "Step 1. Step 2.", "signature": "first"},
        {"type": "thinking", "thinking": "Step 3.", "signature": "second"},
    ]


def test_a_signature_that_is_said_again_is_taken_once():
    message = message_of(
        {"reasoning_details": [{"type": "reasoning.text", "text": "Hm", "signature": "s", "index": 0}]},
        {"reasoning_details": [{"type": "reasoning.text", "text": ".", "signature": "s", "index": 0}]},
    )

    assert message["reasoning_details"] == [
        {"type": "reasoning.text", "text": "Hm.", "signature": "s", "index": 0}
    ]


def test_notes_without_an_index_are_not_joined():
    notes = [{"type": "url_citation", "title": title} for title in ("a", "b")]

    message = message_of({"annotations": notes[:1]}, {"annotations": notes[1:]})

    assert message["annotations"] == notes


@settings(max_examples=60)
@given(st.text(max_size=6), st.text(max_size=6), st.sampled_from(["content", "reasoning_content"]))
def test_a_character_in_two_halves_becomes_one(before, after, field):
    message = message_of({field: before + "\ud83d", "refusal": "x"}, {field: "\ude00" + after})

    assert message[field] == before + "\U0001f600" + after


def test_a_half_that_stays_alone_is_kept():
    assert message_of({"content": "a\ud83d"}, {"content": "b"})["content"] == "a\ud83db"


def test_padding_is_left_out():
    assert "obfuscation" not in accumulated(
        chunk({"content": "Hi"}, obfuscation="x9"), chunk(obfuscation="q")
    )
