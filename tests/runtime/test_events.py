"""What events mean, and when a stream is over: without sockets, with a clock of our own."""

from __future__ import annotations

import json

import pytest

from egp import APIResponseValidationError, APIStreamError, EGPError, StreamInterruptedError
from egp._core.chunks import Chunks
from egp._core.options import STREAM_OPTIONS, StreamOptions, replaced
from egp._core.payloads import StreamFailure, error_status

ENVELOPE = {"id": "c1", "object": "chat.completion.chunk", "created": 7, "model": "m"}


def chunk(delta=None, finish_reason=None, index=0):
    return {**ENVELOPE, "choices": [{"index": index, "delta": delta or {}, "finish_reason": finish_reason}]}


def event(data, name=None):
    text = data if isinstance(data, bytes) else json.dumps(data).encode()
    return (b"" if name is None else b"event: " + name + b"\n") + b"data: " + text + b"\n\n"


HELLO = chunk({"content": "Hello"})
STOP = chunk(finish_reason="stop")
DONE = b"data: [DONE]\n\n"


class Reading:
    """The chunks of bytes that come in one piece, and what stopped them."""

    def __init__(
        self, body=b"", *, content_type="text/event-stream", is_chat=True, ends=True, now=None, **options
    ):
        self.now = now or [0.0]
        self.chunks = Chunks(
            dict,
            content_type,
            replaced(StreamOptions(), options, STREAM_OPTIONS),
            is_chat=is_chat,
            clock=lambda: self.now[0],
            waited=0.0,
        )
        self.got = []
        self.problem = None
        try:
            self.take(body)
            if ends and not self.chunks.ended:
                self.chunks.end()
                self.drain()
        except StreamFailure as problem:
            self.problem = problem

    def take(self, body):
        if body:
            self.chunks.feed(body)
        self.drain()

    def drain(self):
        while (got := self.chunks.next()) is not None:
            self.got.append(got)


# Ends


def test_done_ends_a_stream():
    reading = Reading(event(HELLO) + DONE + event(HELLO), ends=False)

    assert (reading.got, reading.chunks.ended, reading.problem) == ([HELLO], True, None)


def test_a_clean_end_after_the_finish_reason_ends_a_stream():
    reading = Reading(event(HELLO) + event(STOP))

    assert (reading.got, reading.chunks.ended, reading.problem) == ([HELLO, STOP], True, None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b": ping\n\n",
        event(HELLO),
        event(chunk({"content": "a"}, "stop")) + event(chunk({"content": "b"}, index=1)),
        event({**ENVELOPE, "choices": []}),
    ],
    ids=["nothing", "pings", "no reason", "a choice without", "no choice"],
)
def test_an_end_without_done_and_without_every_finish_reason_is_a_cut(body):
    reading = Reading(body)

    assert reading.problem is not None
    assert reading.problem.kind is StreamInterruptedError
    assert not reading.chunks.ended


def test_a_cut_can_be_taken_for_the_end():
    reading = Reading(event(HELLO), on_truncated="ignore")

    assert (reading.got, reading.chunks.ended, reading.problem) == ([HELLO], True, None)


def test_done_is_the_end_whatever_is_unfinished():
    assert Reading(event(HELLO) + DONE).problem is None


def test_streams_that_are_no_chats_end_with_their_body():
    reading = Reading(event({"count": 1}) + event({"count": 2}), is_chat=None)

    assert (reading.got, reading.problem) == ([{"count": 1}, {"count": 2}], None)


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_data_that_only_lacks_its_blank_line_is_delivered(end):
    reading = Reading(event(HELLO) + b"data: " + json.dumps(STOP).encode() + end)

    assert (reading.got, reading.problem) == ([HELLO, STOP], None)


def test_done_may_lack_its_blank_line():
    assert Reading(event(HELLO) + b"data: [DONE]").problem is None


def test_data_that_is_cut_is_dropped_and_the_stream_is_cut():
    reading = Reading(event(HELLO) + b"data: " + json.dumps(STOP).encode()[:-3])

    assert reading.got == [HELLO]
    assert reading.problem.kind is StreamInterruptedError


def test_an_error_event_that_only_lacks_its_blank_line_is_the_error():
    assert Reading(b'data: {"error": {"message": "no"}}').problem.kind is APIStreamError


# What is passed over


@pytest.mark.parametrize(
    "noise",
    [
        b": ping\n\n",
        b"data:\n\n",
        b"data: \n\n",
        b"event: ping\n\n",
        b"event: ping\ndata: {}\n\n",
        b'event: ping\ndata: {"type": "ping"}\n\n',
        b'data: {"type": "ping"}\n\n',
        b"data: null\n\n",
        b"event: note\ndata: not JSON\n\n",
        b"event: note\ndata: [1, 2]\n\n",
        b'event: metadata\ndata: {"region": "eu"}\n\n',
        b"id: 4\n\n",
        b"retry: 3\n\n",
        b"\n\n\n",
    ],
)
def test_noise_is_passed_over(noise):
    reading = Reading(noise + event(HELLO) + noise + event(STOP) + noise)

    assert (reading.got, reading.problem) == ([HELLO, STOP], None)


def test_a_chunk_under_an_unknown_name_is_a_chunk():
    assert Reading(event(HELLO, b"completion.chunk") + DONE).got == [HELLO]


def test_done_under_another_name_is_the_end():
    assert Reading(event(HELLO) + event(b"[DONE]", b"done")).problem is None


# Errors


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        ({"error": {"message": "too much", "code": 429}}, None, "too much"),
        ({"error": "too much"}, None, "too much"),
        ({"error": True}, None, "true"),
        ({**HELLO, "error": {"message": "late"}}, None, "late"),
        ({"object": "error", "message": "vLLM says no", "code": 400}, None, "vLLM says no"),
        ({"type": "error", "message": "no"}, None, "no"),
        (b"plain words", b"error", "plain words"),
        ({"message": "named"}, b"error", "named"),
        ({"detail": "why"}, b"error", "why"),
        ({"error": {"message": "named"}}, b"whatever", "named"),
    ],
)
def test_errors_are_raised_in_the_words_of_the_server(data, name, message):
    reading = Reading(event(HELLO) + event(data, name) + event(STOP))

    assert reading.got == [HELLO]
    assert reading.problem.kind is APIStreamError
    assert reading.problem.message == message
    assert reading.problem.body == (data if isinstance(data, dict) else data.decode())


@pytest.mark.parametrize("falsy", [None, False, "", {}, 0])
def test_a_falsy_error_is_none(falsy):
    assert Reading(event({**HELLO, "error": falsy}) + DONE).problem is None


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ({"error": {"code": 429}}, 429),
        ({"error": {"code": "503"}}, 503),
        ({"error": {"status": 500}}, 500),
        ({"error": {"type": "rate_limit_error"}}, 429),
        ({"error": {"code": "rate_limit_exceeded", "type": "requests"}}, 429),
        ({"error": {"type": "overloaded_error"}}, 529),
        ({"error": {"type": "Server_Error"}}, 500),
        ({"error": {"code": 400, "type": "server_error"}}, 400),
        ({"error": {"type": "invalid_request_error"}}, None),
        ({"error": "busy", "code": 503}, 503),
        ({"error": {"code": 200}}, None),
        ({"error": {"code": True, "status": "5xx", "type": ["x"]}}, None),
        ("busy", None),
        (None, None),
    ],
)
def test_the_status_that_an_error_stands_for(error, status):
    assert error_status(error) == status


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"id": ', "cannot be read as JSON"),
        (b'{"id": "\xff"}', "is not UTF-8"),
        (b"<html>", "cannot be read as JSON"),
        (b"12", "no object"),
        (b'"text"', "no object"),
        (b"[1]", "no object"),
    ],
)
def test_data_that_is_no_chunk_is_an_error_with_the_data(data, words):
    reading = Reading(event(HELLO) + event(data) + event(STOP))

    assert reading.got == [HELLO]
    assert reading.problem.kind is APIResponseValidationError
    assert words in reading.problem.message
    assert reading.problem.body is not None


def test_an_event_over_the_limit_is_an_error_after_the_chunks_before_it():
    reading = Reading(event(HELLO) + b"data: " + b"x" * 400, max_event_bytes=300)

    assert reading.got == [HELLO]
    assert reading.problem.kind is APIResponseValidationError
    assert "300" in reading.problem.message


# Bodies that are no event stream


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "", "application/problem+json"])
def test_a_json_body_is_an_error_that_carries_it(content_type):
    reading = Reading(b' {"choices": [1]}', content_type=content_type)

    assert reading.problem.kind is APIResponseValidationError
    assert reading.problem.body == {"choices": [1]}


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "text/event-stream"])
def test_an_error_object_as_the_body_is_that_error(content_type):
    reading = Reading(b'{"error": {"message": "busy", "code": 503}}', content_type=content_type)

    assert (reading.problem.kind, reading.problem.message) == (APIStreamError, "busy")
    assert reading.problem.status == 503


@pytest.mark.parametrize("content_type", ["text/html", "text/plain"])
def test_a_page_is_an_error_that_carries_it(content_type):
    reading = Reading(b"<html>Sign in</html>", content_type=content_type)

    assert reading.problem.kind is APIResponseValidationError
    assert reading.problem.body == "<html>Sign in</html>"


def test_a_page_under_the_type_of_a_stream_is_told_of_as_one():
    reading = Reading(b"<html>Sign in</html>", content_type="text/event-stream")

    assert reading.problem.kind is APIResponseValidationError
    assert reading.problem.message.startswith("the server sent a body that is not an event stream")


@pytest.mark.parametrize("content_type", ["text/plain", "application/octet-stream", ""])
def test_events_under_a_vague_type_are_events(content_type):
    assert Reading(event(HELLO) + DONE, content_type=content_type).got == [HELLO]


def test_an_empty_body_of_another_type_is_an_error():
    assert "empty body" in Reading(b"", content_type="application/json").problem.message


def test_a_body_without_end_is_not_kept_beyond_the_limit():
    reading = Reading(b"x" * 200, content_type="video/mp4", ends=False, max_event_bytes=100)

    assert reading.problem.kind is APIResponseValidationError


# Time


def test_the_first_token_is_waited_for_from_the_first_wait_on():
    reading = Reading(ends=False, first_token_timeout=5.0, now=[100.0])

    assert reading.chunks.limit()[0] == 105.0
    reading.now[0] = 103.0
    reading.take(b": ping\n\n" + event(chunk({"role": "assistant", "content": ""})))
    assert reading.chunks.limit()[0] == 105.0
    reading.take(event(HELLO))
    assert reading.chunks.limit() == (None, "")


def test_the_idle_time_begins_when_somebody_waits_after_a_chunk():
    reading = Reading(event(HELLO), ends=False, idle_timeout=2.0, now=[100.0])
    reading.now[0] = 150.0  # a slow reader

    assert reading.chunks.limit()[0] == 152.0
    reading.now[0] = 151.0
    reading.take(b": ping\n\n" + event(b"{}", b"ping"))
    assert reading.chunks.limit()[0] == 152.0
    reading.take(event(HELLO))
    assert reading.chunks.limit()[0] == 153.0


def test_the_idle_time_does_not_bound_the_wait_for_the_first_chunk():
    assert Reading(ends=False, idle_timeout=2.0).chunks.limit() == (None, "")


@pytest.mark.parametrize(
    "options",
    [
        {"first_token_timeout": 0},
        {"first_token_timeout": float("nan")},
        {"idle_timeout": -1},
        {"idle_timeout": True},
        {"on_truncated": "stop"},
        {"max_event_bytes": 0},
    ],
)
def test_options_that_mean_nothing_are_refused(options):
    with pytest.raises(EGPError, match=next(iter(options))):
        replaced(StreamOptions(), options, STREAM_OPTIONS)


# What a chunk has


@pytest.mark.parametrize(
    ("choices", "deltas"),
    [
        (None, []),
        ([None], []),
        ([{"index": 0, "delta": None}], [{}]),
        ([{"index": 0}, {"index": 1, "delta": {"content": "x"}}], [{}, {"content": "x"}]),
    ],
)
def test_every_chunk_has_choices_and_every_choice_a_delta(choices, deltas):
    reading = Reading(event(HELLO) + event({**ENVELOPE, "choices": choices}) + event(STOP) + DONE)

    assert reading.problem is None
    assert [choice["delta"] for choice in reading.got[1]["choices"]] == deltas


@pytest.mark.parametrize("choices", ["Hi", {"0": {}}, ["Hi"], [{"delta": "Hi"}], [{"delta": ["Hi"]}]])
def test_choices_that_cannot_be_read_are_an_error_after_the_chunks_before(choices):
    reading = Reading(event(HELLO) + event({**ENVELOPE, "choices": choices}) + DONE)

    assert reading.got == [HELLO]
    assert reading.problem.kind is APIResponseValidationError
    assert reading.problem.body["choices"] == choices


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"detail": "upstream exploded"}, "upstream exploded"),
        ({"detail": [{"loc": ["body", "n"], "msg": "too large"}]}, "body.n: too large"),
        ({"message": "model crashed", "statusCode": 500}, "model crashed"),
    ],
)
def test_the_error_bodies_of_the_contract_are_errors_in_a_stream(body, words):
    reading = Reading(event(HELLO) + event(body) + DONE)

    assert reading.got == [HELLO]
    assert (reading.problem.kind, reading.problem.message) == (APIStreamError, words)


def test_the_status_beside_a_message_is_the_one_to_try_again_by():
    assert Reading(event({"message": "model crashed", "statusCode": 503})).problem.status == 503


def test_an_empty_object_is_passed_over():
    reading = Reading(event({}) + event(HELLO) + event(STOP) + DONE)

    assert reading.got == [HELLO, STOP]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (DONE, "without any choice"),
        (event({**ENVELOPE, "choices": []}) + DONE, "without any choice"),
        (event({"base_resp": {"status_msg": "login fail"}}) + DONE, "login fail"),
    ],
    ids=["nothing", "no choice", "words"],
)
def test_a_stream_without_any_choice_is_no_success(body, words):
    reading = Reading(body)

    assert reading.problem.kind is APIResponseValidationError
    assert words in reading.problem.message


def test_a_stream_without_any_choice_is_no_success_where_a_cut_is_ignored():
    assert Reading(b"", on_truncated="ignore").problem.kind is APIResponseValidationError


def test_events_of_streams_that_are_no_chats_may_be_anything():
    events = [{"detail": "d"}, {"message": "m"}, {}, {"choices": []}]
    reading = Reading(b"".join(map(event, events)) + DONE, is_chat=False)

    assert (reading.got, reading.problem) == (events, None)
