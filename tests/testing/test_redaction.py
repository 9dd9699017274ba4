"""No secret reaches a cassette: any place, any shape, whole or in pieces. All else stays as it was."""

import json
from itertools import pairwise
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings, strategies

from egp.testing import Server, chunk
from egp.testing._redaction import Redactor

CHAT = "/v5/chat/completions"
KEY = {"x-api-key": "anything-at-all"}
IN_THE_ENVIRONMENT = "3f9c0a7e-key-of-the-service-b1"
GIVEN = "tuesday-kingfisher-44"
OF_A_COOKIE = "q8ZfWmPq2LxVt0"
TWELVE = {
    "openai": "sk-proj-c4naryA1B2C3D4E5F6",
    "anthropic": "sk-ant-api03-c4nary-Zx9_Yw8",
    "github": "ghp_c4nary0123456789abcdefABCDEF",
    "aws": "AKIAC4NARY0123456789",
    "slack": "xoxb-c4nary-0123456789-abc",
    "google": "AIzaSyC4nary0123456789abcdefghij",
    "hugging_face": "hf_c4naryAbCdEfGhIjKlMnOp",
    "json_web_token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjNG5hcnkifQ.c4narySignature-_0",
    "private_key": "-----BEGIN PRIVATE KEY-----c4naryMIIEvQIBADANBgkq-----END PRIVATE KEY-----",
    "of_the_environment": IN_THE_ENVIRONMENT,
    "given": GIVEN,
    "seen_in_a_cookie": OF_A_COOKIE,
}
PLACES = ("header", "query", "body", "url", "cookie", "answer", "stream", "stream_of_tool_calls")


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("SERVICE_API_KEY", IN_THE_ENVIRONMENT)


@pytest.fixture
def recorded(tmp_path):
    """Record what a function has the service answer and calls; give the text of the cassette."""

    def recorded(exchange):
        path = tmp_path / "cassette.jsonl"
        with (
            Server() as service,
            Server(record=path, upstream=service.url, secrets=[GIVEN]) as server,
            httpx.Client(base_url=server.url, headers=KEY, trust_env=False, verify=False) as http,
        ):
            exchange(service, http)
        return path.read_text()

    return recorded


def pieces(text, size):
    return [text[start : start + size] for start in range(0, len(text), size)]


def put(place, canary, service, http, ask):
    """Have the canary at one place of a request, or of the response to one."""
    if place == "header":
        service.reply("Hi", headers={"x-echo": canary})
        http.post(CHAT, json=ask(), headers={"x-note": canary, "authorization": f"Bearer {canary}"})
    elif place == "query":
        http.post(CHAT, params={"q": canary, "api_key": canary}, json=ask())
    elif place == "body":
        http.post(CHAT, json=ask(f"My key: {canary}.", metadata={"a": canary, canary: "b"}))
    elif place == "url":
        http.get(f"/v5/files/{quote(canary, safe='')}/content")
    elif place == "cookie":
        service.reply("Hi", headers={"set-cookie": f"session={canary}; Path=/; HttpOnly"})
        http.post(CHAT, json=ask(), headers={"cookie": f"a=b; session={canary}"})
    elif place == "answer":
        service.reply(f'Yes, {canary}, "quoted": {canary}')
        http.post(CHAT, json=ask(logprobs=True, top_logprobs=2))
    elif place == "stream":
        service.stream([chunk("It is "), *map(chunk, pieces(canary, 5)), chunk(", right?")])
        http.post(CHAT, json=ask(stream=True))
    else:
        arguments = json.dumps({"value": canary})
        calls = [[{"index": 0, "function": {"arguments": piece}}] for piece in pieces(arguments, 7)]
        service.stream([chunk(tool_calls=call) for call in calls])
        http.post(CHAT, json=ask(stream=True))


def everything_said(cassette):
    """All texts of a cassette, JSON read and streams put together, one after the other."""
    said = []
    for line in cassette.splitlines():
        interaction = json.loads(line)
        body = "".join(part for part in interaction["response"]["parts"] if isinstance(part, str))
        said += [json.dumps(interaction, ensure_ascii=False), body]
        for event in body.split("\n\n"):
            if event.startswith("data: {"):
                for choice in json.loads(event.removeprefix("data: "))["choices"]:
                    delta = choice["delta"]
                    said.append(delta.get("content") or "")
                    said += [call["function"]["arguments"] for call in delta.get("tool_calls", ())]
    return "".join(said)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("canary", TWELVE.values(), ids=TWELVE)
def test_no_canary_at_any_place_is_in_the_cassette(recorded, ask, canary, place):
    def exchange(service, http):
        put(place, canary, service, http, ask)
        if canary == OF_A_COOKIE:  # known only by what comes later
            put("cookie", canary, service, http, ask)

    cassette = recorded(exchange)

    said = everything_said(cassette)
    secret = canary.removeprefix("-----BEGIN PRIVATE KEY-----").removesuffix("-----END PRIVATE KEY-----")
    assert secret not in said
    assert quote(secret, safe="") not in said
    assert '"status": ' in cassette


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_a_key_split_at_any_size_over_events_and_over_reads_is_not_in_the_cassette(recorded, ask, size):
    key = TWELVE["openai"]

    def exchange(service, http):
        events = b"".join(
            b"data: %b\n\n" % json.dumps(chunk(piece)).encode() for piece in pieces(f"a {key} b", size)
        )
        service.stream([events[start : start + 11] for start in range(0, len(events), 11)])
        http.post(CHAT, json=ask(stream=True))

    cassette = recorded(exchange)
    assert "c4nary" not in everything_said(cassette)
    assert "text/event-stream" in cassette


def test_choices_that_take_turns_are_put_together_each_by_itself(recorded, ask):
    key = TWELVE["openai"]

    def exchange(service, http):
        service.stream([chunk(piece, index=index) for piece in pieces(key, 4) for index in (0, 1)])
        http.post(CHAT, json=ask(stream=True))

    (line,) = recorded(exchange).splitlines()
    events = "".join(json.loads(line)["response"]["parts"]).split("\n\n")
    contents = [
        json.loads(event[6:])["choices"][0]["delta"]["content"]
        for event in events
        if event.startswith("data: {")
    ]
    assert "".join(contents) == "*" * len(key) * 2


def test_a_secret_is_known_by_the_name_of_its_field():
    body = json.dumps(
        {
            "api_key": "abcdef",
            "clientSecret": "ghijkl",
            "nested": {"access_token": ["mnopqr", 123456, None, True]},
            "arguments": '{"password": "stuvwx"}',
        }
    ).encode()

    redacted = json.loads(Redactor().body(body, "application/json"))

    assert redacted == {
        "api_key": "******",
        "clientSecret": "******",
        "nested": {"access_token": ["******", 111111, None, True]},
        "arguments": '{"password": "******"}',
    }


def test_names_that_only_look_like_secrets_are_left_alone():
    document = {
        "max_tokens": 123456,
        "usage": {"completion_tokens": 1000000, "prompt_tokens_details": {"cached_tokens": 7}},
        "logprobs": {"content": [{"token": "Hello there", "logprob": -0.5, "bytes": [72, 101]}]},
        "tools": [{"function": {"name": "get_token_count", "parameters": {"required": ["secretary"]}}}],
        "author": "Marcus Aurelius",
        "text": "The bearer of this letter speaks of basic mathematics, tokens: none; password protected.",
    }
    body = json.dumps(document).encode()

    assert Redactor().body(body, "application/json") == body


def test_log_probabilities_do_not_spell_a_secret_out():
    tokens = ["Key", ": ", "sk-", "c4nary", "012345", " ok"]
    content = [
        {
            "token": token,
            "logprob": -0.25,
            "bytes": list(token.encode()),
            "top_logprobs": [{"token": token, "logprob": -0.25, "bytes": list(token.encode())}],
        }
        for token in tokens
    ]
    body = json.dumps({"choices": [{"index": 0, "logprobs": {"content": content}}]}).encode()

    redacted = Redactor().body(body, "application/json")

    entries = json.loads(redacted)["choices"][0]["logprobs"]["content"]
    assert [entry["token"] for entry in entries] == ["Key", ": ", "***", "******", "******", " ok"]
    assert entries[2]["bytes"] == [111, 111, 11]
    assert entries[3]["top_logprobs"][0]["token"] == "******"
    assert [entry["logprob"] for entry in entries] == [-0.25] * 6
    assert len(redacted) == len(body)


def test_asterisks_of_the_model_are_no_secret():
    entries = [{"token": token, "bytes": list(token.encode())} for token in ("**", "bold", "**")]
    body = json.dumps({"choices": [{"index": 0, "logprobs": {"content": entries}}]}).encode()

    assert Redactor().body(body, "application/json") == body


def test_a_redacted_body_stays_as_it_is():
    body = json.dumps({"api_key": "abcdef", "b": f"{TWELVE['openai']}, {TWELVE['private_key']}"}).encode()
    redactor = Redactor()
    once = redactor.body(body, "application/json")

    assert redactor.body(once, "application/json") == once
    assert Redactor().body(once, "application/json") == once


def test_a_cookie_keeps_its_name_and_attributes():
    headers = [("set-cookie", "id=abcdefgh; Path=/; Secure"), ("cookie", "a=12345678; b=87654321")]

    assert Redactor().headers(headers) == [
        ("set-cookie", "id=********; Path=/; Secure"),
        ("cookie", "a=********; b=********"),
    ]


def test_a_token_in_the_address_of_a_redirect_is_a_secret():
    headers = [("location", "https://example.com/next?state=1&access_token=abcdef123")]

    assert Redactor().headers(headers) == [
        ("location", "https://example.com/next?state=1&access_token=*********")
    ]


def test_the_password_of_basic_authentication_is_a_secret():
    redactor = Redactor()

    redactor.learn_headers([("authorization", "Basic dXNlcjpodW50ZXIyMg==")])

    assert redactor.text("the password is hunter22, dXNlcjpodW50ZXIyMg==") == (
        "the password is ********, ********************"
    )


@pytest.mark.parametrize(
    ("media_type", "content", "expected"),
    [
        ("text/plain", b"api_key=abcdef123", b"api_key=*********"),
        ("text/plain", b"see /a?n=1&X-Sig=abcdef#top", b"see /a?n=1&X-Sig=******#top"),
        ("text/html", b"<p>postgres://me:pa55@host</p>", b"<p>postgres://*******@host</p>"),
        ("application/x-www-form-urlencoded", b"a=1&token=a%2Fb&c=2", b"a=1&token=*****&c=2"),
        ("application/json", b'{"password": "not clo', b'{"password": "*******'),
        ("application/json", b'{"a": "sk-\\u00630123456789"}', b'{"a": "*******************"}'),
        (
            "text/event-stream",
            b": sk-0123456789\nid: sk-0123456789\n\n",
            b": *************\nid: *************\n\n",
        ),
        ("text/event-stream", b"data: sk-0123456789\r\n\r\n", b"data: *************\r\n\r\n"),
        ("", b"\xff\x00sk-0123456789\xff", b"\xff\x00*************\xff"),
    ],
)
def test_secrets_are_found_in_every_kind_of_body(media_type, content, expected):
    assert Redactor().body(content, media_type) == expected


def test_a_known_secret_is_found_behind_escapes_and_in_utf8():
    redactor = Redactor(["päss/wörd"])
    body = '{"a": "p\\u00e4ss\\/w\\u00f6rd", "b": "päss/wörd"}'.encode()

    redacted = redactor.body(body, "application/json")

    assert json.loads(redacted) == {"a": "*" * 20, "b": "*" * 11}
    assert len(redacted) == len(body)


def test_short_values_are_not_hunted_for():
    redactor = Redactor(["k", "12345"])

    assert redactor.text("k 12345") == "k 12345"


values = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers()
    | strategies.floats(allow_nan=False)
    | strategies.text(strategies.characters(codec="utf-8")),
    lambda inner: strategies.lists(inner) | strategies.dictionaries(strategies.text(max_size=4), inner),
)
SECRET = "kingfisher-of-tuesday"


@settings(max_examples=200, deadline=None)
@given(value=values, ascii_only=strategies.booleans())
def test_what_is_no_secret_is_never_changed(value, ascii_only):
    body = json.dumps(value, ensure_ascii=ascii_only).encode()

    assert Redactor([SECRET]).body(body, "application/json") == body


@settings(max_examples=200, deadline=None)
@given(value=values, before=strategies.text(), after=strategies.text(), ascii_only=strategies.booleans())
def test_a_secret_within_any_json_is_replaced_and_the_rest_is_the_same(value, before, after, ascii_only):
    document = {"a": value, "b": [f"{before}{SECRET}{after}"]}
    body = json.dumps(document, ensure_ascii=ascii_only).encode(errors="backslashreplace")

    redacted = Redactor([SECRET]).body(body, "application/json")

    assert len(redacted) == len(body)
    assert json.loads(redacted) == {"a": value, "b": [f"{before}{'*' * len(SECRET)}{after}"]}


@settings(max_examples=200, deadline=None)
@given(cuts=strategies.lists(strategies.integers(0, 200), max_size=8), body=strategies.binary(max_size=100))
def test_parts_keep_their_lengths_wherever_a_body_is_cut(cuts, body):
    whole = body + SECRET.encode() + body
    places = sorted({0, len(whole), *(min(cut, len(whole)) for cut in cuts)})
    parts = [whole[start:end] for start, end in pairwise(places)]

    redacted = Redactor([SECRET]).parts(parts, "")

    assert [len(part) for part in redacted] == [len(part) for part in parts]
    assert SECRET.encode() not in b"".join(redacted)
