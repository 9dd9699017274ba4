"""Lines of input."""

import json

import pytest

from egp.bulk._request import UnusableError, digest_of, read
from tests.bulk.conftest import envelope


def line(document):
    return json.dumps(document).encode()


BODY = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}


def test_an_envelope_of_openai_is_a_request_by_its_id():
    request = read(line(envelope("a-1", "Hello")), 7)

    assert request.custom_id == "a-1"
    assert json.loads(request.body)["messages"][0]["content"] == "Hello"


def test_a_body_without_an_id_is_numbered():
    assert read(line(BODY), 7).custom_id == "request-7"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"", "not JSON"),
        (b'{"model": ', "not JSON"),
        (b"\x00\x00", "not JSON"),
        (b'{"model": "\xff"}', "byte 11 is not UTF-8"),
        (b"[1]", "not a JSON object"),
        ({"body": BODY}, "custom_id is missing"),
        ({"custom_id": "", "body": BODY}, "custom_id must be a string"),
        ({"custom_id": 3, "body": BODY}, "custom_id must be a string"),
        ({"custom_id": "a"}, "body is missing"),
        ({"custom_id": "a", "body": []}, "body must be an object"),
        ({"custom_id": "a", "method": "GET", "body": BODY}, "method must be POST"),
        ({"custom_id": "a", "url": "/v1/embeddings", "body": BODY}, "url must be one of"),
        ({"messages": BODY["messages"]}, "model is missing"),
        ({"model": "m"}, "messages is missing"),
        ({**BODY, "model": None}, "model is missing"),
        ({**BODY, "model": ""}, "model is empty"),
        ({**BODY, "model": 3}, "model: must be a string"),
        ({**BODY, "messages": []}, "messages is empty"),
        ({**BODY, "messages": "Hi"}, "messages: must be an array"),
        ({**BODY, "messages": ["Hi"]}, "messages[0]: must be an object with a role"),
        ({**BODY, "messages": [BODY["messages"][0], {"content": "x"}]}, "messages[1]: must be an object"),
        ({**BODY, "temperature": "hot"}, "temperature: must be a number"),
        ({**BODY, "max_tokens": 1.5}, "max_tokens: must be a whole number"),
        ({**BODY, "n": True}, "n: must be a whole number"),
        ({**BODY, "stream": "yes"}, "stream: must be true or false"),
        ({**BODY, "tools": {}}, "tools: must be an array"),
        ({**BODY, "stop": 3}, "stop: must be a string or an array"),
        ({**BODY, "metadata": []}, "metadata: must be an object"),
        ({**BODY, "messages": [{"role": "user", "content": "\ud800"}]}, "lone surrogate"),
        (line(BODY)[:-1] + b', "seed": NaN}', "seed: must be a whole number"),
        (line(BODY)[:-1] + b', "vendor": NaN}', "vendor: nan cannot be sent"),
    ],
)
def test_what_cannot_be_sent_is_said(document, message):
    text = document if isinstance(document, bytes) else line(document)

    with pytest.raises(UnusableError) as caught:
        read(text, 1)

    assert message in str(caught.value)


@pytest.mark.parametrize(
    "more",
    [
        {"temperature": 1, "max_tokens": 5.0, "stop": None, "vendor_field": {"x": [1]}},
        {"tools": [{"type": "function", "function": {"name": "f"}}], "tool_choice": "auto"},
        {"reasoning_effort": "new-value", "modalities": ["text"], "stop": ["a", "b"]},
        {"response_format": {"type": "json_object"}, "metadata": {"a": "b"}, "logit_bias": {"5": 1}},
    ],
)
def test_what_the_contract_lets_through_goes_through(more):
    request = read(line({**BODY, **more}), 1)

    assert json.loads(request.body) == {**BODY, **more}


def test_another_body_or_order_of_keys_has_another_digest():
    requests = [
        read(line(envelope("a", "x")), 1),
        read(line(envelope("a", "y")), 1),
        read(line(envelope("b", "x")), 1),
        read(line({**envelope("a"), "body": dict(reversed(envelope("a", "x")["body"].items()))}), 1),
    ]

    assert len({digest_of(request) for request in requests}) == 4


def test_white_space_and_the_order_of_the_envelope_change_no_digest():
    document = envelope("a", "x")
    spread = json.dumps(dict(reversed(document.items())), indent=1).replace("\n", " ").encode()

    assert digest_of(read(line(document), 1)) == digest_of(read(spread, 1))


def test_images_are_not_counted_by_their_bytes():
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 1_000_000}},
    ]

    request = read(line({**BODY, "messages": [{"role": "user", "content": parts}]}), 1)

    assert request.prompt_tokens < 1000


def test_the_most_tokens_of_an_answer_count_each_choice():
    assert read(line({**BODY, "max_completion_tokens": 50, "n": 3}), 1).most_tokens == 150
    assert read(line(BODY), 1).most_tokens is None
