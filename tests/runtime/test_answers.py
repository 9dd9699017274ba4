"""Answers as servers of many makes give them, whole and streamed, sync and async."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from egp import (
    APIResponseValidationError,
    APIStreamError,
    AsyncStream,
    AuthenticationError,
    BadRequestError,
    EGPError,
)
from egp.content import tool_arguments

ENVELOPE = {"id": "a1", "created": 1_700_000_000, "model": "acme/small"}
DONE = b"data: [DONE]\n\n"


@pytest.fixture(params=("sync", "asyncio"))
def mode(request):
    return request.param


@pytest.fixture
def ask(raw_server, make_client):
    """The answer of a client to a body, whichever was asked for, or to the events of a stream."""
    modal = make_client(raw_server.url, max_retries=0)
    create = modal.client.chat.completions.create

    def ask(body=None, *, status=200, events=None, stream=False):
        if events is None:
            raw_server.script(raw_server.reply(status, body))
            return modal.run(create, model="m", messages=[], stream=stream)
        pieces = [e if isinstance(e, bytes) else b"data: " + json.dumps(e).encode() + b"\n\n" for e in events]
        raw_server.script((raw_server.events(), raw_server.chunk(b"".join(pieces)), b"0\r\n\r\n"))
        return Read(modal, modal.run(create, model="m", messages=[], stream=True))

    return ask


class Read:
    """A stream that is read as the README does: its texts, its chunks, its sum and the error at its end."""

    def __init__(self, modal, stream):
        self.texts, self.chunks, self.error, self.final = [], [], None, None

        def take(chunk):
            self.chunks.append(chunk)
            for choice in chunk.choices:
                self.texts.append(choice.delta.content)

        async def take_all():
            async for chunk in stream:
                take(chunk)

        try:
            if isinstance(stream, AsyncStream):
                modal.run(take_all)
            else:
                for chunk in stream:
                    take(chunk)
            self.final = modal.run(stream.get_final_completion)
        except EGPError as error:
            self.error = error

    @property
    def message(self):
        return self.final.choices[0].message


def whole(message, **fields):
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": "stop"}
    return {**ENVELOPE, "object": "chat.completion", "choices": [choice], **fields}


def chunk(delta=None, finish_reason=None, **fields):
    choice = {"index": 0, "delta": {} if delta is None else delta, "finish_reason": finish_reason}
    return {**ENVELOPE, "object": "chat.completion.chunk", "choices": [choice], **fields}


STOP = chunk(finish_reason="stop")
OSLO = {"name": "weather", "arguments": '{"city": "Oslo"}'}


# Absent and null


def test_what_is_absent_reads_as_none_and_stays_absent(ask):
    body = whole({"content": "Hi"})

    completion = ask(body)
    message = completion.choices[0].message

    assert (completion.usage, message.tool_calls, message.refusal) == (None, None, None)
    assert ("usage" in completion, "refusal" in message, "content" in message) == (False, False, True)
    assert completion.to_dict() == body


def test_absent_content_is_none_beside_calls(ask):
    body = whole({"tool_calls": [{"id": "t1", "type": "function", "function": OSLO}]})

    message = ask(body).choices[0].message

    assert message.content is None
    assert "content" not in message.to_dict()


def test_every_delta_has_text_or_none(ask):
    read = ask(events=[chunk({"role": "assistant", "content": "Hi"}), STOP, DONE])

    assert (read.texts, read.error) == (["Hi", None], None)
    assert "".join(text or "" for text in read.texts) == read.message.content


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_keep_absent_and_null_apart(ask, duplicate):
    body = whole({"content": "Hi", "refusal": None})

    again = duplicate(ask(body))

    assert again.to_dict() == body
    assert ("refusal" in again.choices[0].message, "audio" in again.choices[0].message) == (True, False)


# Calls of tools


def test_a_call_without_a_type_is_found_by_a_loop_over_functions(ask):
    body = whole({"content": None, "tool_calls": [{"id": "t1", "function": OSLO}]})

    completion = ask(body)

    calls = [call for call in completion.choices[0].message.tool_calls if call.type == "function"]
    assert [call.function.name for call in calls] == ["weather"]
    assert completion.to_dict() == body


def test_a_call_whose_type_is_null_is_an_object(ask):
    body = whole({"content": None, "tool_calls": [{"id": "t1", "type": None, "function": OSLO}]})

    completion = ask(body)
    call = completion.choices[0].message.tool_calls[0]

    assert (call.type, call.function.name) == (None, "weather")
    assert completion.to_dict() == body


def test_a_call_of_an_unknown_type_is_an_object_beside_the_others(ask):
    other = {"id": "t2", "type": "web_search", "web_search": {"q": "fjords"}}
    known = {"id": "t1", "type": "function", "function": OSLO}

    first, second = ask(whole({"content": None, "tool_calls": [known, other]})).choices[0].message.tool_calls

    assert [call.function.name for call in (first, second) if call.type == "function"] == ["weather"]
    assert (second.type, second["web_search"], second.to_dict()) == ("web_search", {"q": "fjords"}, other)


@pytest.mark.parametrize("arguments", [{"city": "Oslo"}, '{"city": "Oslo"}'])
def test_arguments_are_kept_as_received_and_read_alike(ask, arguments):
    call = {"id": "t1", "type": "function", "function": {"name": "weather", "arguments": arguments}}

    received = ask(whole({"tool_calls": [call]})).choices[0].message.tool_calls[0]

    assert received.to_dict() == call
    assert tool_arguments(received) == {"city": "Oslo"}


def test_what_no_chunk_has_is_absent_from_the_sum(ask):
    call = {"index": 0, "id": "t1", "type": "function", "function": OSLO}

    read = ask(events=[chunk({"role": "assistant", "tool_calls": [call]}), STOP, DONE])

    assert (read.final.usage, read.message.content, read.message.refusal) == (None, None, None)
    assert ("usage" in read.final, "refusal" in read.message) == (False, False)


@pytest.mark.parametrize("fields", [{}, {"type": None}], ids=["absent", "null"])
def test_a_streamed_call_without_a_type_is_one_of_a_function(ask, fields):
    call = {"index": 0, "id": "t1", "function": OSLO, **fields}

    read = ask(events=[chunk({"tool_calls": [call]}), STOP, DONE])

    assert read.error is None
    assert read.chunks[0].choices[0].delta.tool_calls[0].function.name == "weather"
    assert [(call.type, call.function.name) for call in read.message.tool_calls] == [("function", "weather")]


def test_a_streamed_call_of_an_unknown_type_is_an_object_beside_the_others(ask):
    other = {"id": "t2", "type": "web_search", "web_search": {"q": "fjords"}}
    known = {"id": "t1", "type": "function", "function": OSLO}
    calls = [{"index": index, **call} for index, call in enumerate((known, other))]

    read = ask(events=[chunk({"tool_calls": [call]}) for call in calls] + [STOP, DONE])
    first, second = read.message.tool_calls

    assert [call.function.name for call in (first, second) if call.type == "function"] == ["weather"]
    assert (second.type, second["web_search"], second.to_dict()) == ("web_search", {"q": "fjords"}, other)


@pytest.mark.parametrize("arguments", [{"city": "Oslo"}, '{"city": "Oslo"}'])
def test_streamed_arguments_are_kept_as_received_and_read_alike(ask, arguments):
    call = {
        "index": 0,
        "id": "t1",
        "type": "function",
        "function": {"name": "weather", "arguments": arguments},
    }

    read = ask(events=[chunk({"tool_calls": [call]}), STOP, DONE])

    assert read.message.tool_calls[0].to_dict()["function"]["arguments"] == arguments
    assert tool_arguments(read.message.tool_calls[0]) == {"city": "Oslo"}


@pytest.mark.parametrize("arguments", ["[1]", "{", "", None, 7, "[" * 100_000])
def test_arguments_that_are_no_object_are_refused(arguments):
    with pytest.raises(EGPError, match="weather"):
        tool_arguments({"function": {"name": "weather", "arguments": arguments}})


@pytest.mark.parametrize("call", [None, "weather", {}, {"function": None}, [OSLO]])
def test_what_is_no_call_has_no_arguments(call):
    with pytest.raises(EGPError, match="not a JSON object"):
        tool_arguments(call)


# No empty success


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"message": "Endpoint request timed out"}, "Endpoint request timed out"),
        ({"id": "a1", "choices": None, "base_resp": {"status_msg": "login fail"}}, "login fail"),
        ({**ENVELOPE, "choices": []}, "no choices"),
        ({**ENVELOPE, "choices": [None]}, "no choices"),
        ({**ENVELOPE, "choices": {"0": {}}}, "no choices"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_without_a_choice_is_no_success(ask, stream, body, words):
    with pytest.raises(APIResponseValidationError, match=None if stream else words) as caught:
        ask(body, stream=stream)

    assert caught.value.body == body


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ({"detail": "upstream exploded"}, "upstream exploded"),
        (
            {"detail": [{"loc": ["body", "n"], "msg": "too large", "type": "value_error"}]},
            "body.n: too large",
        ),
        ({"message": "model crashed", "statusCode": 500}, "model crashed"),
    ],
)
def test_the_error_bodies_of_the_service_are_errors_in_mid_stream(ask, error, words):
    read = ask(events=[chunk({"content": "alpha"}), error, DONE])

    assert read.texts == ["alpha"]
    assert isinstance(read.error, APIStreamError)
    assert words in read.error.message
    assert read.error.partial.choices[0].message.content == "alpha"


def test_a_stream_without_any_choice_is_no_success(ask):
    with pytest.raises(APIResponseValidationError, match="without any choice"):
        raise ask(events=[DONE]).error


@pytest.mark.parametrize(
    "odd",
    [{}, chunk(choices=None), chunk(choices=[{"index": 0, "delta": None, "finish_reason": None}])],
    ids=["empty object", "choices null", "delta null"],
)
@pytest.mark.parametrize("place", [0, 1])
def test_every_chunk_survives_a_loop_over_its_choices(ask, odd, place):
    events = [chunk({"content": "Hi"}), STOP]
    events.insert(place, odd)

    read = ask(events=[*events, DONE])

    assert read.error is None
    assert (read.message.content, read.final.choices[0].finish_reason) == ("Hi", "stop")


# Errors


@pytest.mark.parametrize(
    ("status", "kind", "body", "words", "named"),
    [
        (
            400,
            BadRequestError,
            {"statusCode": 400, "message": "temperature must be below 2", "error": "Bad Request"},
            "temperature must be below 2",
            {},
        ),
        (
            401,
            AuthenticationError,
            {"error": "invalid_token", "error_description": "the token has expired"},
            "the token has expired",
            {"code": "invalid_token"},
        ),
        (
            400,
            BadRequestError,
            {
                "error": {
                    "message": "too long",
                    "type": "invalid_request_error",
                    "code": "too_long",
                    "param": "n",
                }
            },
            "too long",
            {"code": "too_long", "type": "invalid_request_error", "param": "n"},
        ),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_an_error_has_the_sentence_and_the_words_of_the_server(ask, stream, status, kind, body, words, named):
    with pytest.raises(kind) as caught:
        ask(body, status=status, stream=stream)

    assert caught.value.message == words
    assert {name: getattr(caught.value, name) for name in named} == named


# The sum


def test_reasoning_of_one_index_is_joined_by_its_type(ask):
    def piece(**detail):
        return chunk({"reasoning_details": [{"index": 0, **detail}]})

    read = ask(
        events=[
            piece(type="reasoning.summary", summary="First "),
            piece(type="reasoning.summary", summary="part"),
            piece(type="reasoning.encrypted", data="QUJD", id="r1"),
            chunk({"content": "Hi"}),
            STOP,
            DONE,
        ]
    )

    assert read.message["reasoning_details"] == [
        {"index": 0, "type": "reasoning.summary", "summary": "First part"},
        {"index": 0, "type": "reasoning.encrypted", "data": "QUJD", "id": "r1"},
    ]


def test_thinking_without_an_index_is_one_block_until_it_is_signed(ask):
    def piece(thinking, signature):
        return chunk(
            {"thinking_blocks": [{"type": "thinking", "thinking": thinking, "signature": signature}]}
        )

    read = ask(events=[piece("Step 1. ", ""), piece("Step 2.", ""), piece("", "sig=="), STOP, DONE])

    assert read.message["thinking_blocks"] == [
        {"type": "thinking", "thinking": "Step 1. Step 2.", "signature": "sig=="}
    ]


def test_a_character_in_two_chunks_is_whole_in_the_sum(ask):
    read = ask(events=[chunk({"content": "ok \ud83d"}), chunk({"content": "\ude00"}), STOP, DONE])

    assert read.message.content.encode() == "ok \U0001f600".encode()


def test_padding_is_not_in_the_sum(ask):
    read = ask(events=[chunk({"content": "Hi"}, obfuscation="Zz1"), {**STOP, "obfuscation": "q"}, DONE])

    assert "obfuscation" not in read.final
