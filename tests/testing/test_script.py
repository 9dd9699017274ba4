"""Scripted answers: what a test says is what the next request gets."""

import json

import httpx
import pytest

from egp.testing import Server, chunk

CHAT = "/v5/chat/completions"


def test_a_text_is_what_the_model_says_whole_or_streamed(egp_server, post, chunks, validate):
    egp_server.reply("Paris is the capital.", times=2)

    whole = post().json()
    streamed = chunks()

    validate("ChatCompletion", whole)
    assert whole["choices"][0]["message"]["content"] == "Paris is the capital."
    assert (
        "".join(one["choices"][0]["delta"].get("content", "") for one in streamed) == "Paris is the capital."
    )


def test_a_scripted_text_is_whole_whatever_the_limits_of_the_request(egp_server, post):
    egp_server.reply("one two three")

    choice = post(max_completion_tokens=1, stop="two").json()["choices"][0]

    assert choice["message"]["content"] == "one two three"
    assert choice["finish_reason"] == "stop"


def test_tool_calls_are_made_as_given(egp_server, post, chunks, validate):
    calls = [("get_weather", {"city": "Oslo"}), ("get_weather", '{"broken')]
    egp_server.reply(tool_calls=calls, times=2)

    whole = post().json()
    streamed = chunks()

    validate("ChatCompletion", whole)
    message = whole["choices"][0]["message"]
    assert [call["function"]["arguments"] for call in message["tool_calls"]] == [
        '{"city": "Oslo"}',
        '{"broken',
    ]
    assert len({call["id"] for call in message["tool_calls"]}) == 2
    assert whole["choices"][0]["finish_reason"] == "tool_calls"
    assert {
        piece["index"] for one in streamed for piece in one["choices"][0]["delta"].get("tool_calls", ())
    } == {0, 1}


def test_a_finish_reason_is_given_as_scripted(egp_server, post):
    egp_server.reply("No.", finish_reason="content_filter")

    assert post().json()["choices"][0]["finish_reason"] == "content_filter"


def test_a_completion_is_sent_as_it_is_or_in_pieces(egp_server, post, chunks):
    message = {"role": "assistant", "content": "Hi", "reasoning": "r"}
    completion = {
        "id": "x",
        "created": 5,
        "model": "m",
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "vendor": {"a": 1},
    }
    egp_server.reply(completion, times=2)

    whole = post().json()
    streamed = chunks()

    assert whole == completion
    assert [one["id"] for one in streamed] == ["x"] * 3
    assert streamed[0]["vendor"] == {"a": 1}
    assert streamed[0]["choices"][0]["delta"] == {"role": "assistant", "content": "", "reasoning": "r"}


@pytest.mark.parametrize("value", [{"error": {"message": "no"}}, [1, 2], {}])
def test_any_other_json_is_sent_as_it_is_even_where_a_stream_is_asked_for(egp_server, post, value):
    egp_server.reply(value)

    response = post(stream=True)

    assert response.headers["content-type"] == "application/json"
    assert response.json() == value


def test_bytes_are_sent_as_they_are(egp_server, post):
    egp_server.reply(b"\xff\x00", headers={"Content-Type": "application/json"})

    response = post()

    assert response.content == b"\xff\x00"
    assert response.headers.get_list("content-type") == ["application/json"]


def test_a_function_answers_by_the_request(egp_server, post):
    egp_server.reply(lambda request: request.json["messages"][0]["content"].upper(), times=None)

    first, second = post("one"), post("two")

    assert first.json()["choices"][0]["message"]["content"] == "ONE"
    assert second.json()["choices"][0]["message"]["content"] == "TWO"


def test_status_and_headers_are_sent_with_an_answer(egp_server, post):
    egp_server.reply("Hello", status=203, headers={"X-Request-ID": "mine"})

    response = post()

    assert response.status_code == 203
    assert response.headers.get_list("x-request-id") == ["mine"]


def test_events_are_sent_as_given(egp_server, post):
    egp_server.stream(
        [b": ping\n\n", chunk("Hel", role="assistant"), "plain\ntext", {"error": {"message": "broken"}}],
        end="eof",
    )

    text = post().text

    first, *others = text.split("\n\n")
    assert first == ": ping"
    assert json.loads(others[0].removeprefix("data: ")) == chunk("Hel", role="assistant")
    assert others[1:] == ["data: plain\ndata: text", 'data: {"error":{"message":"broken"}}', ""]


def test_a_chunk_made_for_a_script_is_valid_by_the_contract(validate):
    validate("ChatCompletionChunk", chunk("Hel", role="assistant"))
    validate("ChatCompletionChunk", chunk(finish_reason="stop", index=1))


def test_a_stream_without_its_done_event_ends_cleanly(egp_server, post):
    egp_server.reply("Hello", end="eof")

    text = post(stream=True).text

    assert "[DONE]" not in text
    assert '"finish_reason":"stop"' in text


def test_an_endless_iterator_is_read_while_it_is_sent(egp_server, http, ask):
    def endless():
        while True:
            yield chunk("again ")

    egp_server.stream(endless())

    with http.stream("POST", CHAT, json=ask(stream=True)) as response:
        lines = response.iter_lines()
        received = [next(lines) for _ in range(200)]

    assert sum("again" in line for line in received) == 100


@pytest.mark.parametrize(
    ("body", "kind", "content"),
    [
        (None, "application/json", b'{"detail":"Too Many Requests"}'),
        ({"error": {"message": "slow down"}}, "application/json", b'{"error":{"message":"slow down"}}'),
        ("<html>", "text/html; charset=utf-8", b"<html>"),
        ("slow down", "text/plain; charset=utf-8", b"slow down"),
        (b"\xff", "text/plain; charset=utf-8", b"\xff"),
        ("", "text/plain; charset=utf-8", b""),
    ],
    ids=["by_name", "json", "html", "text", "bytes", "empty"],
)
def test_a_failure_has_the_body_given(egp_server, post, body, kind, content):
    egp_server.fail(429, body, headers={"retry-after": "1"})

    response = post()

    assert response.status_code == 429
    assert response.headers["retry-after"] == "1"
    assert response.headers["content-type"] == kind
    assert response.content == content


@pytest.mark.parametrize("status", [204, 304, 307, 418, 499, 520, 529, 599])
def test_a_failure_may_have_any_status(egp_server, post, status):
    egp_server.fail(status, headers={"location": "/elsewhere"})

    assert post().status_code == status


@pytest.mark.parametrize("status", [204, 304])
def test_a_failure_of_a_status_that_has_no_body_has_none(egp_server, post, status, capfd):
    egp_server.fail(status, {"error": "left out"})

    assert post().content == b""
    assert post().status_code == 200
    assert capfd.readouterr().err == ""


def test_answers_are_used_in_order_and_as_often_as_said(egp_server, post):
    egp_server.fail(503, times=2)
    egp_server.reply("scripted")

    received = [post() for _ in range(4)]

    assert [response.status_code for response in received] == [503, 503, 200, 200]
    assert "scripted" in received[2].text
    assert "scripted" not in received[3].text
    assert egp_server.pending == 0


def test_a_scripted_answer_may_hold_for_all_that_follow(egp_server, post):
    egp_server.fail(500, times=None)

    assert {post().status_code for _ in range(5)} == {500}
    assert egp_server.pending == 1


def test_an_answer_to_no_request_is_refused(egp_server):
    with pytest.raises(ValueError, match="times must be 1 or more"):
        egp_server.reply("never", times=0)


@pytest.mark.parametrize(
    "script",
    [
        lambda server: server.reply("x", end="rest"),
        lambda server: server.stream([], end="rest"),
        lambda server: server.raw(end="rest"),
        lambda server: Server(end="rest"),
    ],
)
def test_an_end_that_there_is_not_is_refused(egp_server, script):
    with pytest.raises(ValueError, match="end must be one of done, eof, close, reset, stall, got 'rest'"):
        script(egp_server)

    assert egp_server.pending == 0


@pytest.mark.parametrize("status", [0, 100, 199, 600, "429", True])
def test_a_status_that_ends_no_answer_is_refused(egp_server, status):
    with pytest.raises(ValueError, match="status must be 200 to 599"):
        egp_server.fail(status)
    with pytest.raises(ValueError, match="status must be 200 to 599"):
        egp_server.reply(status=status)


@pytest.mark.parametrize("content", [lambda request: 1 / 0, {"a": object()}], ids=["raises", "is_no_json"])
def test_an_answer_that_cannot_be_made_says_why_and_is_not_tried_again(egp_server, post, content):
    egp_server.reply(content)

    response = post()

    assert response.status_code == 500
    assert response.headers["x-should-retry"] == "false"
    assert "The scripted answer could not be made" in response.json()["detail"]


@pytest.mark.parametrize(
    "message", [None, {"tool_calls": [{"type": "search", "id": "1"}]}], ids=["null", "call"]
)
def test_a_completion_that_cannot_be_streamed_says_why(egp_server, post, message, capfd):
    egp_server.reply({"choices": [{"index": 0, "message": message}]}, times=2)

    whole, streamed = post(), post(stream=True)

    assert whole.json()["choices"][0]["message"] == message
    assert (streamed.status_code, streamed.headers["x-should-retry"]) == (500, "false")
    assert "The scripted answer could not be made" in streamed.text
    assert capfd.readouterr().err == ""


def test_a_request_that_the_service_refuses_does_not_use_up_an_answer(egp_server, http, ask):
    egp_server.reply("for the valid one")

    refused = http.post(CHAT, json={})
    answered = http.post(CHAT, json=ask())

    assert refused.status_code == 422
    assert "for the valid one" in answered.text


def test_a_failure_comes_whatever_the_request_is(egp_server, http):
    egp_server.fail(500, times=2)

    assert http.post(CHAT, json={}).status_code == 500
    assert http.get("/nowhere").status_code == 500


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_answers_work_on_paths_that_the_contract_lacks(egp_server, http, method):
    egp_server.reply({"answer": 42})

    response = http.request(method, "/v6/new/operation")

    assert response.status_code == 200
    assert response.json() == {"answer": 42}


def test_what_was_asked_is_recorded(egp_server, http, ask):
    http.post(CHAT, json=ask(temperature=1), params={"a": ["1", "2"]}, headers={"X-Team": "blue"})

    (request,) = egp_server.requests
    assert (request.method, request.path) == ("POST", CHAT)
    assert request.query.get_list("a") == ["1", "2"]
    assert request.headers["x-team"] == "blue"
    assert request.json == ask(temperature=1)
    assert json.loads(request.content) == request.json


def test_requests_that_were_refused_or_failed_are_recorded_too(egp_server, http):
    http.post(CHAT, content=b"no json")
    egp_server.drop()
    with pytest.raises(httpx.RemoteProtocolError):
        http.get("/nowhere")

    assert [(request.path, request.json) for request in egp_server.requests] == [
        (CHAT, None),
        ("/nowhere", None),
    ]


@pytest.mark.parametrize("show", [repr, str])
def test_the_key_is_readable_but_in_no_repr(egp_server, http, ask, show):
    secrets = {
        "x-api-key": "sk-1",
        "authorization": "Bearer sk-2",
        "x-openai-api-key": "sk-3",
        "x-selected-account-id": "sk-4",
        "cookie": "sk-5",
    }
    http.post(CHAT, json=ask("prompt-secret"), headers=secrets)

    (request,) = egp_server.requests

    assert request.headers["X-API-Key"] == "sk-1"
    assert "sk-" not in show(request)
    assert "sk-" not in show(request.headers)
    assert "sk-" not in show(egp_server.requests)
    assert "prompt-secret" not in show(request)


def test_a_reset_forgets_what_was_scripted_and_recorded(egp_server, post):
    egp_server.fail(500)
    post()
    egp_server.fail(500)

    egp_server.reset()

    assert egp_server.requests == []
    assert egp_server.pending == 0
    assert post().status_code == 200
