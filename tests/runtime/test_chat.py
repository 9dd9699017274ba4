"""`client.chat.completions`, whole answers: over real connections, in every mode, from one body of tests."""

from __future__ import annotations

import copy
import json
import math
import pickle
import subprocess
import sys
import traceback

import pytest
from egp_api.models import ChatCompletion, ChatModelList, SystemMessage
from egp_api.types import UNSET

from egp import (
    APIConnectionError,
    APIResponseValidationError,
    EGPError,
    RateLimitError,
)

COMPLETION = {
    "id": "c1",
    "object": "chat.completion",
    "created": 7,
    "model": "m",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "Hi", "vendor": {"x": 1}},
        }
    ],
    "usage": None,
}
HELLO = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def completions(raw_server, make_client):
    """`client.chat.completions`, with its methods awaited where need be."""

    class Completions:
        def __init__(self, **options):
            self.modal = make_client(raw_server.url, **options)
            self.server = raw_server

        def create(self, **keywords):
            keywords = {"model": "m", "messages": HELLO, **keywords}
            return self.modal.run(self.modal.client.chat.completions.create, **keywords)

        def create_raw(self, **keywords):
            keywords = {"model": "m", "messages": HELLO, **keywords}
            return self.modal.run(self.modal.client.chat.completions.with_raw_response.create, **keywords)

        def models(self, **keywords):
            return self.modal.run(self.modal.client.chat.completions.models, **keywords)

        @property
        def sent(self):
            return json.loads(self.server.requests[-1][1])

        @property
        def head(self):
            return self.server.requests[-1][0].lower()

    raw_server.script(raw_server.reply(200, COMPLETION, x_request_id="r1", x_ratelimit_remaining_tokens="9"))
    return Completions


# What is sent


def test_the_body_is_the_keywords_and_nothing_else(completions):
    client = completions()

    client.create(temperature=0.5, stop=("a", "b"), stream=False)

    assert client.sent == {"model": "m", "messages": HELLO, "temperature": 0.5, "stop": ["a", "b"]}
    assert client.head.startswith("post /v5/chat/completions http/1.1\r\n")
    assert "accept: application/json\r\n" in client.head
    assert "content-type: application/json\r\n" in client.head
    assert "x-api-key: sk-secret-key\r\n" in client.head


def test_a_keyword_that_is_none_or_unset_is_not_sent(completions):
    client = completions()

    client.create(stop=None, tools=None, stream=None, seed=UNSET)

    assert client.sent == {"model": "m", "messages": HELLO}


def test_null_is_sent_within_messages_and_from_extra_body(completions):
    client = completions()
    message = {"role": "assistant", "content": None}

    client.create(messages=[message], stop=None, extra_body={"stop": None, "vendor": None})

    assert client.sent == {"model": "m", "messages": [message], "stop": None, "vendor": None}


def test_messages_may_be_dicts_and_models_mixed(completions):
    client = completions()
    client_message = SystemMessage(role="system", content="Be brief.")

    client.create(messages=[client_message, *HELLO])

    assert client.sent["messages"] == [{"role": "system", "content": "Be brief."}, *HELLO]


def test_an_answer_can_be_sent_back_as_a_message(completions):
    client = completions()
    answer = client.create().choices[0].message

    client.create(messages=[*HELLO, answer])

    assert client.sent["messages"] == [*HELLO, COMPLETION["choices"][0]["message"]]


def test_an_iterator_of_messages_survives_a_retry(completions):
    client = completions()
    client.server.script(client.server.reply(503), client.server.reply(200, COMPLETION))

    client.create(messages=(message for message in HELLO))

    assert [json.loads(body)["messages"] for _, body in client.server.requests] == [HELLO, HELLO]


def test_extra_body_is_sent_and_wins(completions):
    client = completions()

    client.create(temperature=1, extra_body={"temperature": 0, "vendor_field": {"a": [1]}})

    assert client.sent == {"model": "m", "messages": HELLO, "temperature": 0, "vendor_field": {"a": [1]}}


def test_extra_headers_and_query_are_sent(completions):
    client = completions(default_headers={"x-own": "1", "x-other": "1"}, default_query={"a": "b"})

    client.create(extra_headers={"X-Own": "2"}, extra_query={"trial": True, "tag": ["x", "y"]})

    assert client.head.startswith("post /v5/chat/completions?a=b&trial=true&tag=x&tag=y http/1.1\r\n")
    assert "x-own: 2\r\n" in client.head
    assert "x-own: 1\r\n" not in client.head
    assert "x-other: 1\r\n" in client.head


def test_an_unknown_keyword_is_refused_by_name(completions):
    client = completions()

    with pytest.raises(TypeError, match=r"'temprature'; did you mean 'temperature'\?; fields outside"):
        client.create(temprature=1)

    assert client.server.requests == []


@pytest.mark.parametrize("value", [math.nan, math.inf, object(), b"x", "\ud800"])
def test_what_json_cannot_carry_is_refused_before_anything_is_sent(completions, value):
    client = completions()

    with pytest.raises(EGPError, match=r"messages\[0\]\.content"):
        client.create(messages=[{"role": "user", "content": value}])

    assert client.server.requests == []


@pytest.mark.parametrize(
    "option",
    [
        {"on_truncated": "?"},
        {"idle_timeout": 0},
        {"idle_timeout": "1"},
        {"max_event_bytes": "1"},
        {"timeout": -1},
        {"timeout": "5"},
        {"timeout": (1, 2)},
        {"deadline": -1},
        {"deadline": "5"},
        {"deadline": math.nan},
        {"max_retries": -1},
        {"max_retries": "3"},
        {"extra_query": "a=b"},
        {"extra_query": {"a": b"b"}},
        {"extra_query": {"a": "\ud800"}},
        {"extra_headers": [("x-a", "b")]},
        {"extra_headers": {"x-a": 1}},
        {"extra_body": [1]},
    ],
)
def test_options_that_mean_nothing_are_refused_before_anything_is_sent(completions, option):
    client = completions()

    with pytest.raises(EGPError):
        client.create(**option)

    assert client.server.requests == []


@pytest.mark.parametrize("option", ["timeout", "deadline"])
@pytest.mark.parametrize("seconds", [1e7, 1e18, math.inf])
def test_a_time_longer_than_any_wait_is_one(completions, option, seconds):
    assert completions().create(**{option: seconds}).id == "c1"


@pytest.mark.parametrize("max_retries", [0, 1])
def test_a_call_may_have_its_own_number_of_retries(completions, max_retries):
    client = completions(max_retries=3)
    client.server.script(client.server.reply(429, {"detail": "slow down"}))

    with pytest.raises(RateLimitError) as caught:
        client.create(max_retries=max_retries)

    assert len(caught.value.attempts) == len(client.server.requests) == max_retries + 1


# What comes back


def test_the_answer_is_a_completion_with_nothing_lost(completions):
    completion = completions().create()

    assert type(completion) is ChatCompletion
    assert completion.to_dict() == COMPLETION
    assert completion.choices[0].message.vendor == {"x": 1}


def test_results_know_their_request_id_and_rate_limits(completions):
    completion = completions().create()

    assert completion.request_id == "r1"
    assert completion.response_info.status_code == 200
    assert completion.response_info.headers["x-ratelimit-remaining-tokens"] == "9"
    assert [attempt.status for attempt in completion.response_info.attempts] == [200]


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))]
)
def test_copies_of_results_know_them_too(completions, duplicate):
    completion = completions().create()

    other = duplicate(completion)

    assert other == completion
    assert other.request_id == "r1"
    assert other.response_info == completion.response_info
    assert b"sk-secret-key" not in pickle.dumps(other)


def test_results_made_by_hand_have_no_response():
    completion = ChatCompletion.from_dict(COMPLETION)

    assert (completion.request_id, completion.response_info) == (None, None)
    assert "response_info" not in repr(completion)


def test_a_raw_response_gives_status_headers_and_the_result(completions):
    raw = completions().create_raw()

    assert (raw.status_code, raw.request_id, raw.headers["x-ratelimit-remaining-tokens"]) == (200, "r1", "9")
    assert json.loads(raw.content) == COMPLETION
    assert raw.parse() is raw.parse()
    assert raw.parse().to_dict() == COMPLETION
    assert raw.http_response.json() == COMPLETION
    assert raw.request.method == "POST"


def test_a_raw_response_of_a_stream_gives_the_stream(completions):
    client = completions()
    events = b'data: {"choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}]}\n\n'
    client.server.script((client.server.events(x_request_id="r2"), client.server.chunk(events), b"0\r\n\r\n"))

    raw = client.create_raw(stream=True)
    completion = client.modal.run(raw.parse().get_final_completion)

    assert (raw.status_code, raw.request_id, raw.content) == (200, "r2", b"")
    assert completion.choices[0].message.content == "Hi"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "the body is empty"),
        (b"<html>Sign in</html>", "cannot be read as JSON"),
        (b'{"id": "\xff"}', "byte 8 is not UTF-8"),
        (b'{"id": ', "cannot be read as JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "not the object that was asked for"),
        (b"null", "not the object that was asked for"),
        (b'{"error": {"message": "out of credit"}}', "out of credit"),
    ],
    ids=["empty", "html", "latin-1", "cut", "deep", "array", "null", "error"],
)
def test_a_body_that_is_no_answer_is_an_error_that_carries_it(completions, body, words):
    client = completions()
    client.server.script(client.server.reply(200, body, x_request_id="r1"))

    with pytest.raises(APIResponseValidationError, match=words) as caught:
        client.create()

    assert (caught.value.request_id, caught.value.status_code) == ("r1", 200)
    assert caught.value.body is not None or body in (b"", b"null")
    assert len(client.server.requests) == 1


def test_an_event_stream_where_json_was_asked_for_is_an_error_that_carries_it(completions):
    client = completions()
    head = client.server.events()
    client.server.script((head, client.server.chunk(b"data: [DONE]\n\n"), b"0\r\n\r\n"))

    with pytest.raises(APIResponseValidationError, match="event stream") as caught:
        client.create()

    assert "[DONE]" in caught.value.body


@pytest.mark.parametrize("field", ["id", "created", "model", "object"])
def test_a_missing_field_does_not_make_the_answer_unreadable(completions, field):
    client = completions()
    body = {key: value for key, value in COMPLETION.items() if key != field}
    client.server.script(client.server.reply(200, body))

    completion = client.create()

    assert getattr(completion, field) is None
    assert completion.to_dict() == body


def test_a_broken_body_is_an_error_with_what_came(completions):
    client = completions(max_retries=2)
    whole = client.server.reply(200, COMPLETION)
    client.server.script((whole[:-5], client.server.CLOSE))

    with pytest.raises(APIConnectionError) as caught:
        client.create()

    assert len(client.server.requests) == 1
    assert caught.value.body


# Models


def test_models_are_listed_by_the_query(completions):
    client = completions()
    page = {"object": "list", "items": [{"model_name": "m", "model_type": "generic", "model_vendor": "new"}]}
    client.server.script(client.server.reply(200, page, x_request_id="r1"))

    models = client.models(model_vendor="openai", limit=2, extra_query={"x": 1})

    assert type(models) is ChatModelList
    assert (models.to_dict(), models.request_id) == (page, "r1")
    assert client.head.startswith(
        "get /v5/chat/completions/models?model_vendor=openai&limit=2&x=1 http/1.1\r\n"
    )
    assert client.server.requests[-1][1] == b""


def test_an_unknown_keyword_of_models_is_refused(completions):
    with pytest.raises(TypeError, match="'vendor'"):
        completions().models(vendor="openai")


# Secrets


def test_secret_headers_of_one_call_show_in_no_traceback(completions):
    client = completions()
    client.server.script(client.server.reply(400, {"detail": "the key sk-other-key is unknown"}))

    with pytest.raises(EGPError) as caught:
        client.create(
            extra_headers={"x-openai-api-key": "sk-other-key", "authorization": "Bearer sk-other-key"}
        )

    ours = list(traceback.walk_tb(caught.value.__traceback__))
    shown = "".join(
        repr(frame.f_locals) for frame, _ in ours if "/egp/" in frame.f_code.co_filename.replace("\\", "/")
    )
    told = [str(caught.value), repr(caught.value), repr(vars(caught.value)), repr(caught.value.body)]
    assert "sk-other-key" not in shown + "".join(told)
    assert b"sk-other-key" not in pickle.dumps(caught.value)
    assert "x-openai-api-key: sk-other-key\r\n" in client.head


# Loading


def modules_after(code):
    program = f"import sys\n{code}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_nothing_heavy_is_loaded_before_the_first_call():
    loaded = modules_after("import egp; client = egp.Client(api_key='k'); client.chat.completions.create")

    assert loaded.isdisjoint(
        {"httpx", "httpcore", "attr", "attrs", "json", "dataclasses", "msgspec", "asyncio"}
    )


def test_a_method_put_in_the_place_of_create_stays(make_client):
    client = make_client().client

    client.chat.completions.create = str

    assert client.chat.completions.create is str
