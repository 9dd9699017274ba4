"""Streams over real connections, in every mode, from one body of tests."""

from __future__ import annotations

import copy
import gc
import json
import pickle
import time

import anyio
import httpx
import pytest

from egp import (
    APIConnectionError,
    APIResponseValidationError,
    APIStreamError,
    APITimeoutError,
    AsyncStream,
    BadRequestError,
    Client,
    EGPError,
    StreamInterruptedError,
)
from egp._core.request import Request

ENVELOPE = {"id": "c1", "object": "chat.completion.chunk", "created": 7, "model": "m"}


def chunk(content=None, finish_reason=None, index=0, **delta):
    if content is not None:
        delta["content"] = content
    return {**ENVELOPE, "choices": [{"index": index, "delta": delta, "finish_reason": finish_reason}]}


def event(data):
    return b"data: " + (data if isinstance(data, bytes) else json.dumps(data).encode()) + b"\n\n"


ANSWER = [event(chunk("Hel")), event(chunk("lo")), event(chunk(finish_reason="stop"))]
DONE = event(b"[DONE]")


@pytest.fixture
def answering(raw_server, make_client):
    """A client whose calls are answered as scripted; `script(*parts)` is one event stream."""

    class Answering:
        def __init__(self, **options):
            self.modal = make_client(raw_server.url, **options)
            self.server = raw_server

        def script(self, *parts, ends=True, **headers):
            last = (b"0\r\n\r\n",) if ends else ()
            return (
                raw_server.events(**headers),
                *(raw_server.chunk(part) if isinstance(part, bytes) else part for part in parts),
                *last,
            )

        def create(self, **keywords):
            return self.modal.run(
                self.modal.client.chat.completions.create, model="m", messages=[], stream=True, **keywords
            )

        def run(self, function, *args):
            return self.modal.run(function, *args)

        def texts(self, stream):
            """The texts of the chunks, and the error at the end."""
            got = []

            def take(each):
                got.append(each.choices[0].delta.content or "")

            try:
                if isinstance(stream, AsyncStream):

                    async def loop():
                        async for each in stream:
                            take(each)

                    self.run(loop)
                else:
                    for each in stream:
                        take(each)
            except EGPError as error:
                return got, error
            return got, None

        def first(self, stream):
            """Leave a loop over the stream after its first chunk."""
            if isinstance(stream, AsyncStream):

                async def loop():
                    async for each in stream:
                        return each
                    return None

                return self.run(loop)
            for each in stream:
                return each
            return None

        def next(self, stream):
            return self.run(stream.__anext__ if isinstance(stream, AsyncStream) else stream.__next__)

        def error(self, *args, **keywords):
            """The error that `create` or the reading of its stream raises."""
            try:
                stream = self.create(**keywords)
            except EGPError as error:
                return error
            return self.texts(stream)[1]

    return Answering


# What is delivered


@pytest.mark.parametrize(
    "last", [(DONE,), (), (b"data: [DONE]",)], ids=["done", "clean end", "no blank line"]
)
def test_chunks_come_in_order(answering, last):
    client = answering()
    client.server.script(client.script(*ANSWER, *last))

    texts, error = client.texts(client.create())

    assert (texts, error) == (["Hel", "lo", ""], None)


@pytest.mark.parametrize("mode", ["sync", "asyncio", "trio"], indirect=True)
def test_chunks_come_as_soon_as_they_are_there(answering):
    client = answering()
    client.server.script(client.script(ANSWER[0], 30.0, ends=False))
    stream = client.create()
    start = time.monotonic()

    first = client.next(stream)
    elapsed = time.monotonic() - start
    client.run(stream.close)

    assert first.choices[0].delta.content == "Hel"
    assert elapsed < 5


def test_any_line_end_split_and_content_encoding_will_do(answering):
    import gzip

    body = b"\xef\xbb\xbf: hi\r\n\r\n" + b"".join(ANSWER).replace(b"\n", b"\r\n") + DONE
    packed = gzip.compress(body)
    client = answering()
    client.server.script(
        client.script(*(packed[n : n + 7] for n in range(0, len(packed), 7)), content_encoding="gzip")
    )

    texts, error = client.texts(client.create())

    assert (texts, error) == (["Hel", "lo", ""], None)


def test_a_stream_knows_its_response(answering):
    client = answering()
    client.server.script(
        client.script(
            *ANSWER, DONE, x_request_id="r1", x_ratelimit_remaining_requests="3", set_cookie="secret"
        )
    )

    stream = client.create()
    response = stream.response

    assert (stream.status_code, stream.request_id, response.status_code) == (200, "r1", 200)
    assert stream.headers["x-ratelimit-remaining-requests"] == "3"
    assert [attempt.status for attempt in stream.attempts] == [200]
    assert "secret" not in repr(
        [stream, stream.headers, response.headers, vars(response), response.request.headers]
    )
    client.run(stream.close)


def test_the_request_asks_for_events(answering):
    client = answering()
    client.server.script(client.script(*ANSWER, DONE))

    client.texts(client.create(extra_headers={"x-own": "1"}))

    head, body = client.server.requests[0]
    assert "accept: text/event-stream\r\n" in head.lower()
    assert "x-own: 1\r\n" in head.lower()
    assert json.loads(body) == {"model": "m", "messages": [], "stream": True}


# The whole answer


def test_the_final_completion_adds_the_chunks_up(answering):
    client = answering()
    client.server.script(client.script(*ANSWER, DONE, x_request_id="r1"))
    stream = client.create()
    client.next(stream)

    completion = client.run(stream.get_final_completion)

    assert completion.choices[0].message.content == "Hello"
    assert completion.choices[0].finish_reason == "stop"
    assert completion.request_id == "r1"


def test_the_final_completion_can_be_asked_for_after_the_loop_and_again(answering):
    client = answering()
    client.server.script(client.script(*ANSWER, DONE))
    stream = client.create()
    client.texts(stream)

    first, second = client.run(stream.get_final_completion), client.run(stream.get_final_completion)

    assert first == second
    assert first.choices[0].message.content == "Hello"


def test_no_finalizer_runs_after_a_loop_that_came_to_its_end(answering):
    client = answering()
    client.server.script(client.script(*ANSWER, DONE))
    stream = client.create()

    client.texts(stream)

    assert not stream.is_dropped


def test_a_stream_closed_early_has_no_final_completion(answering):
    client = answering()
    client.server.script(client.script(ANSWER[0], 30.0, ends=False))
    stream = client.create()
    client.next(stream)
    client.run(stream.close)

    with pytest.raises(EGPError, match="closed before its end"):
        client.run(stream.get_final_completion)


# Cuts and breaks


@pytest.mark.parametrize("end", ["close", "reset", "cut event", "clean"])
def test_a_broken_stream_is_an_error_with_the_part_received(answering, end):
    client = answering()
    how = {
        "close": client.script(*ANSWER[:2], client.server.CLOSE),
        "reset": client.script(*ANSWER[:2], 0.2, client.server.RESET),
        "cut event": client.script(*ANSWER[:2], ANSWER[2][:20], client.server.CLOSE),
        "clean": client.script(*ANSWER[:2]),
    }
    client.server.script(how[end])

    texts, error = client.texts(client.create())

    assert texts == ["Hel", "lo"]
    assert type(error) is StreamInterruptedError
    assert isinstance(error, APIConnectionError)
    assert error.partial.choices[0].message.content == "Hello"
    assert error.partial.choices[0].finish_reason is None
    assert len(client.server.requests) == 1


def test_an_event_that_is_whole_when_the_connection_breaks_is_delivered(answering):
    client = answering()
    client.server.script(client.script(ANSWER[0], ANSWER[1].rstrip(), client.server.CLOSE))

    texts, error = client.texts(client.create())

    assert (texts, type(error)) == (["Hel", "lo"], StreamInterruptedError)


def test_a_cut_may_be_taken_for_the_end(answering):
    client = answering()
    client.server.script(client.script(*ANSWER[:2]))

    texts, error = client.texts(client.create(on_truncated="ignore"))

    assert (texts, error) == (["Hel", "lo"], None)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_errors_keep_the_part_received_through_copies(answering, duplicate):
    client = answering()
    client.server.script(client.script(*ANSWER[:2]))
    _, error = client.texts(client.create())

    other = duplicate(error)

    assert other.partial == error.partial
    assert (str(other), other.attempts, other.request_id) == (str(error), error.attempts, error.request_id)


# Errors in the stream

BUSY = {"error": {"message": "busy", "code": 429}}


def test_an_error_in_mid_stream_is_raised_with_the_part_received_and_not_retried(answering):
    client = answering()
    client.server.script(client.script(ANSWER[0], event(BUSY), x_request_id="r1"))

    texts, error = client.texts(client.create())

    assert (texts, type(error), error.message) == (["Hel"], APIStreamError, "busy")
    assert (error.body, error.request_id, error.status_code) == (BUSY, "r1", 200)
    assert error.partial.choices[0].message.content == "Hel"
    assert len(client.server.requests) == 1


@pytest.mark.parametrize("as_json", [False, True], ids=["an event", "a JSON body"])
def test_an_error_before_the_first_chunk_is_retried(answering, as_json):
    client = answering(max_retries=2)
    busy = client.server.reply(200, BUSY) if as_json else client.script(b": hi\n\n", event(BUSY))
    client.server.script(busy, busy, client.script(*ANSWER, DONE))

    stream = client.create()
    texts, error = client.texts(stream)

    assert (texts, error) == (["Hel", "lo", ""], None)
    assert [attempt.error for attempt in stream.attempts] == ["busy", "busy", None]
    heads = [head.lower() for head, _ in client.server.requests]
    assert ["x-egp-retry-count: 2" in head for head in heads] == [False, False, True]


@pytest.mark.parametrize("as_json", [False, True], ids=["an event", "a JSON body"])
def test_an_error_before_the_first_chunk_is_raised_when_the_budget_is_spent(answering, as_json):
    client = answering(max_retries=1)
    client.server.script(client.server.reply(200, BUSY) if as_json else client.script(event(BUSY)))

    error = client.error()

    assert (type(error), error.message, error.partial) == (APIStreamError, "busy", None)
    assert len(error.attempts) == len(client.server.requests) == 2


def test_an_error_that_another_try_would_not_help_is_raised_at_once(answering):
    client = answering(max_retries=2)
    client.server.script(client.script(event({"error": {"message": "no such model", "code": 404}})))

    error = client.error()

    assert (type(error), error.message, len(error.attempts)) == (APIStreamError, "no such model", 1)


def test_a_refused_stream_is_the_error_of_its_status(answering):
    client = answering()
    client.server.script(client.server.reply(400, {"detail": "bad"}))

    with pytest.raises(BadRequestError, match="bad"):
        client.create()


# Other bodies


def test_a_json_answer_is_an_error_that_carries_it(answering):
    client = answering()
    client.server.script(client.server.reply(200, {"id": "c1", "choices": []}))

    with pytest.raises(APIResponseValidationError, match="application/json where an event stream") as caught:
        client.create()

    assert caught.value.body == {"id": "c1", "choices": []}


def test_a_page_is_an_error_that_carries_it(answering):
    client = answering()
    client.server.script(client.server.reply(200, b"<html>Sign in</html>", content_type="text/html"))

    with pytest.raises(APIResponseValidationError) as caught:
        client.create()

    assert caught.value.body == "<html>Sign in</html>"


def test_a_content_type_that_a_proxy_gave_again_is_that_of_an_event_stream(answering):
    client = answering()
    client.server.script(
        client.script(*ANSWER, DONE, x="1\r\ncontent-type: text/event-stream; charset=utf-8")
    )

    texts, error = client.texts(client.create())

    assert (texts, error) == (["Hel", "lo", ""], None)


def test_an_event_that_cannot_be_read_is_an_error_with_the_part_received(answering):
    client = answering()
    client.server.script(client.script(ANSWER[0], b'data: {"id": "\xff"}\n\n', ANSWER[1]))

    texts, error = client.texts(client.create())

    assert (texts, type(error)) == (["Hel"], APIResponseValidationError)
    assert error.partial.choices[0].message.content == "Hel"
    assert error.body == b'{"id": "\xff"}'


def test_an_event_over_the_limit_is_an_error(answering):
    client = answering()
    client.server.script(client.script(ANSWER[0], event(chunk("x" * 2000)), DONE))

    texts, error = client.texts(client.create(max_event_bytes=1000))

    assert (texts, type(error)) == (["Hel"], APIResponseValidationError)


# Time

PINGS = [part for _ in range(50) for part in (b": ping\n\n", 0.05)]


@pytest.mark.parametrize("mode", ["sync", "asyncio", "trio"], indirect=True)
@pytest.mark.parametrize(
    ("parts", "options", "words", "text"),
    [
        (PINGS, {"first_token_timeout": 0.3}, "first token", None),
        ([event(chunk("")), *PINGS], {"first_token_timeout": 0.3}, "first token", ""),
        ([*ANSWER[:1], *PINGS], {"idle_timeout": 0.3}, "idle", "Hel"),
        ([*ANSWER[:1], *PINGS], {"deadline": 0.5}, "deadline", "Hel"),
    ],
    ids=["pings", "role only", "idle", "deadline"],
)
def test_pings_do_not_hold_up_the_end_of_patience(answering, parts, options, words, text):
    client = answering()
    client.server.script(client.script(*parts))
    start = time.monotonic()

    error = client.error(**options)

    assert type(error) is APITimeoutError
    assert words in error.message
    assert time.monotonic() - start < 2
    assert (error.partial.choices[0].message.content if error.partial else None) == text
    assert len(client.server.requests) == 1


@pytest.mark.parametrize("mode", ["sync", "asyncio", "trio"], indirect=True)
def test_the_wait_for_the_first_token_begins_with_the_attempt(answering):
    client = answering(max_retries=1)
    late_headers, headers_and_pings = (30.0,), client.script(*PINGS)
    client.server.script(late_headers, headers_and_pings)
    start = time.monotonic()

    error = client.error(first_token_timeout=0.3)

    assert type(error) is APITimeoutError
    assert error.message == "the first token did not come within 0.3 s"
    assert [attempt.status for attempt in error.attempts] == [None, 200]
    assert error.attempts[0].error == "the first token did not come within 0.3 s"
    assert time.monotonic() - start < 3


@pytest.mark.parametrize("mode", ["sync", "asyncio", "trio"], indirect=True)
def test_a_slow_reader_is_not_taken_for_a_slow_server(answering):
    client = answering()
    client.server.script(client.script(*ANSWER, DONE))
    stream = client.create(idle_timeout=0.2, first_token_timeout=5.0)
    client.next(stream)
    time.sleep(0.4)

    texts, error = client.texts(stream)

    assert (texts, error) == (["lo", ""], None)


def test_a_loop_that_nobody_holds_gives_its_chunk(answering):
    client = answering()
    client.server.script(client.script(ANSWER[0], 0.05, *ANSWER[1:], DONE))
    stream = client.create()
    loop = aiter if isinstance(stream, AsyncStream) else iter
    take = anext if isinstance(stream, AsyncStream) else next

    async def taken():
        return await take(loop(stream))

    chunk = client.run(taken) if isinstance(stream, AsyncStream) else take(loop(stream))

    assert chunk.choices[0].delta.content == "Hel"


@pytest.mark.parametrize("mode", ["asyncio", "trio", "asyncio-httpx"], indirect=True)
def test_a_second_reader_is_refused_and_the_first_goes_on(answering):
    client = answering()
    client.server.script(client.script(0.1, *ANSWER, DONE))
    got = []

    async def read(stream):
        try:
            got.append((await anext(stream)).choices[0].delta.content)
        except EGPError as error:
            got.append(str(error))

    async def both():
        stream = await client.modal.client.chat.completions.create(model="m", messages=[], stream=True)
        async with anyio.create_task_group() as group:
            group.start_soon(read, stream)
            group.start_soon(read, stream)
        await stream.close()

    client.run(both)

    refusal, chunk = sorted(got, key=len, reverse=True)
    assert chunk == "Hel"
    assert "read elsewhere" in refusal


# The connection


@pytest.mark.parametrize("mode", ["sync", "asyncio", "trio"], indirect=True)
@pytest.mark.parametrize("leave", ["loop", "close", "drop", "with"])
def test_leaving_a_stream_frees_the_connection(answering, leave):
    client = answering()
    client.server.script(client.script(ANSWER[0], 30.0, ends=False))
    stream = client.create()
    assert client.modal.open_connections == 1

    if leave == "loop":
        assert client.first(stream).choices[0].delta.content == "Hel"
    elif leave == "close":
        client.run(stream.close)
        client.run(stream.close)
    elif leave == "drop":
        client.next(stream)
        held = [stream]
        del stream

        async def drop():  # in the loop, where the last reference goes
            held.clear()

        client.run(drop if isinstance(held[0], AsyncStream) else held.clear)
        gc.collect()
    elif isinstance(stream, AsyncStream):

        async def block():
            async with stream:
                pass

        client.run(block)
    else:
        with stream:
            pass

    assert client.modal.open_connections == 0


@pytest.mark.parametrize("last", [(DONE, 0.02), ()], ids=["done", "clean end"])
def test_a_finished_stream_leaves_its_connection_for_the_next_call(answering, last):
    client = answering()
    client.server.script(client.script(*ANSWER, *last))

    for _ in range(3):
        assert client.texts(client.create()) == (["Hel", "lo", ""], None)

    assert client.server.connections == 1


def test_a_stream_that_is_done_is_not_read_until_the_server_lets_go(answering):
    client = answering(timeout=20)
    client.server.script((*client.script(*ANSWER, DONE, ends=False), client.server.HOLD))
    began = time.monotonic()

    texts = client.texts(client.create())

    assert texts == (["Hel", "lo", ""], None)
    assert time.monotonic() - began < 20


def test_nor_is_one_of_a_transport_that_cannot_be_told_when_to_stop():
    class Endless(httpx.SyncByteStream):
        def __iter__(self):
            yield b"".join(ANSWER) + DONE
            asked.append("for more")

    asked = []
    transport = httpx.MockTransport(
        lambda _: httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Endless())
    )
    with httpx.Client(transport=transport) as given:
        client = Client(api_key="sk-secret-key", base_url="http://mocked", http_client=given)

        texts = [
            each.choices[0].delta.content or ""
            for each in client.chat.completions.create(model="m", messages=[], stream=True)
        ]

    assert texts == ["Hel", "lo", ""]
    assert asked == []


@pytest.mark.parametrize("take", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_stream_is_not_copied(answering, take):
    client = answering()
    client.server.script(client.script(*ANSWER, DONE))
    stream = client.create()

    with pytest.raises(TypeError, match="holds a connection"):
        take(stream)

    assert client.texts(stream) == (["Hel", "lo", ""], None)


def test_a_closed_stream_gives_no_more_chunks(answering):
    client = answering()
    client.server.script(client.script(*ANSWER, DONE))
    stream = client.create()
    client.next(stream)
    client.run(stream.close)

    assert client.texts(stream) == ([], None)
    assert "closed" in repr(stream)


def test_a_stream_whose_loop_was_left_is_not_taken_for_one_at_its_end(answering):
    client = answering()
    client.server.script(client.script(*ANSWER, DONE))
    stream = client.create()
    client.first(stream)

    texts, error = client.texts(stream)

    assert texts == []
    assert "the loop over it was left" in str(error)
    with pytest.raises(EGPError, match="closed before its end"):
        client.run(stream.get_final_completion)


def test_a_closed_stream_gives_no_more_chunks_though_a_loop_over_it_is_dropped_later(answering):
    client = answering()
    client.server.script(client.script(*ANSWER, DONE))
    stream = client.create()
    client.next(stream)
    loop = stream.__aiter__() if isinstance(stream, AsyncStream) else iter(stream)
    client.run(stream.close)
    del loop

    assert client.texts(stream) == ([], None)


@pytest.mark.parametrize("mode", ["asyncio", "trio"], indirect=True)
@pytest.mark.parametrize("take", ["chunks", "bytes"])
def test_a_stream_whose_reading_was_cancelled_is_not_taken_for_one_at_its_end(answering, take):
    client = answering()
    client.server.script(client.script(ANSWER[0], 30.0, ends=False))
    stream = client.create()
    read = stream.__anext__ if take == "chunks" else stream.read_bytes

    async def cancelled():
        await read()
        with anyio.move_on_after(0.1):
            await read()
        await read()

    with pytest.raises(EGPError, match="reading it was broken off by Cancelled"):
        client.run(cancelled)


@pytest.mark.parametrize("mode", ["asyncio", "trio"], indirect=True)
def test_a_cancelled_task_leaves_no_connection_open(answering):
    client = answering()
    client.server.script(client.script(ANSWER[0], 30.0, ends=False))
    stream = client.create()

    async def cancelled():
        with anyio.move_on_after(0.2) as scope:
            async for _ in stream:
                pass
        return scope.cancelled_caught

    assert client.run(cancelled)
    assert client.modal.open_connections == 0


@pytest.mark.parametrize("mode", ["sync", "asyncio", "trio"], indirect=True)
def test_an_exception_in_the_loop_frees_the_connection(answering):
    client = answering()
    client.server.script(client.script(ANSWER[0], 30.0, ends=False))
    stream = client.create()

    def fail():
        for _ in stream:
            raise KeyboardInterrupt

    async def fail_async():
        async for _ in stream:
            raise KeyError

    with pytest.raises((KeyboardInterrupt, KeyError)):
        client.run(fail_async if isinstance(stream, AsyncStream) else fail)

    assert client.modal.open_connections == 0


# Streams of other operations


def test_a_generated_operation_streams_by_the_same_policy(answering):
    from egp_api.api.inference import create_chat_completion

    client = answering(max_retries=1)
    client.server.script(client.script(event(BUSY)), client.script(*ANSWER, DONE))
    request = create_chat_completion.stream(body={"model": "m", "messages": []})

    stream = client.run(client.modal.client.stream, request)
    completion = client.run(stream.get_final_completion)

    assert completion.choices[0].message.content == "Hello"
    assert json.loads(client.server.requests[0][1]) == {"model": "m", "messages": [], "stream": True}


def test_streams_of_other_operations_have_no_completion(answering):
    from egp_api.types import EventStream

    client = answering()
    client.server.script(client.script(event({"count": 1}), event({"count": 2})))
    request = EventStream({"method": "GET", "url": "/v5/ticks", "params": [("n", "2")]}, dict)

    stream = client.run(client.modal.client.stream, request)
    got = [client.next(stream), client.next(stream)]

    with pytest.raises(EGPError, match="not the stream of a chat completion"):
        client.run(stream.get_final_completion)
    assert got == [{"count": 1}, {"count": 2}]
    assert client.server.requests[0][0].startswith("GET /v5/ticks?n=2 HTTP/1.1\r\n")


def test_calls_are_not_shown_with_their_body():
    assert "prompt" not in repr(Request("POST", "/x", content=b"prompt"))
