import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egp._core.error_body import LONGEST_MESSAGE, body_value, message_of


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"error": {"message": "bad key", "type": "auth", "code": 1}}, "bad key"),
        ({"error": "bad key"}, "bad key"),
        ({"error": {"type": "overloaded"}}, '{"type": "overloaded"}'),
        ({"detail": "bad key"}, "bad key"),
        ({"detail": {"message": "bad key"}}, "bad key"),
        ({"message": "bad key"}, "bad key"),
        ({"error": {"message": ""}, "message": "second"}, "second"),
        ({"error": None, "detail": "third"}, "third"),
        ({"other": 1}, '{"other": 1}'),
        (["x"], '["x"]'),
        ("just words", "just words"),
    ],
)
def test_the_servers_words_are_found_in_each_shape(body, message):
    assert message_of(400, body_value(json.dumps(body).encode())) == message


def test_each_fault_of_a_422_is_named_with_its_place():
    detail = [
        {"loc": ["body", "messages", 0, "role"], "msg": "Field required", "type": "missing"},
        {"loc": ["body", "n"], "msg": "Input should be an integer", "type": "int_type"},
    ]

    message = message_of(422, {"detail": detail})

    assert message == "body.messages.0.role: Field required; body.n: Input should be an integer"


def test_html_gives_its_title():
    body = b"<!DOCTYPE html><html><head><title>502 Bad&nbsp;Gateway</title><style>p{}</style></head></html>"

    assert message_of(502, body_value(body)) == "502 Bad Gateway"


def test_html_without_a_title_gives_its_words():
    body = b"<html><script>alert(1)</script><body><h1>No</h1><p>Come &amp; see</p></body></html>"

    assert message_of(502, body_value(body)) == "No Come & see"


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"   "])
def test_an_empty_body_gives_the_status_in_words(body):
    assert message_of(503, body_value(body)) == (
        "the server answered with status 503 Service Unavailable and no message"
    )


def test_an_unknown_status_has_no_words_and_needs_none():
    assert message_of(529, None) == "the server answered with status 529 and no message"


def test_bytes_that_are_no_utf8_are_kept_as_they_came():
    body = body_value(b"\xff\xfe oops")

    assert body == b"\xff\xfe oops"
    assert "oops" in message_of(500, body)


def test_a_long_message_is_cut():
    message = message_of(500, {"error": {"message": "x" * 10_000}})

    assert len(message) == LONGEST_MESSAGE
    assert message.endswith("…")


def test_control_characters_do_not_reach_a_terminal():
    assert message_of(500, {"message": "a\x1b[31mb\r\nc\x00"}) == "a [31mb c"


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b"<" * 1_000_000, b"<title" * 200_000, b"<script " * 100_000]
)
def test_a_hostile_body_gives_a_message_in_no_time(body):
    assert len(message_of(500, body_value(body))) <= LONGEST_MESSAGE


@settings(max_examples=40)
@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(
        lambda value: json.dumps({"error": value, "detail": value}).encode()
    )
)
def test_any_body_gives_a_readable_message(body):
    message = message_of(500, body_value(body))

    assert 0 < len(message) <= LONGEST_MESSAGE
    assert message.isprintable()
