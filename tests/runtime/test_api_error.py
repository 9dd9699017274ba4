"""What an `APIError` tells beside its message: the parts of its body, and the response."""

from __future__ import annotations

import pytest

from egp import APIConnectionError, APIStatusError


@pytest.mark.parametrize(
    ("body", "code", "kind", "param"),
    [
        ({"error": {"message": "m", "code": "c", "type": "t", "param": "p"}}, "c", "t", "p"),
        ({"error": {"message": "m"}}, None, None, None),
        ({"message": "m", "code": 7, "type": "t"}, 7, "t", None),
        ({"error": "refused", "code": "c"}, "c", None, None),
        (
            {"detail": [{"loc": ["body", "messages", 0, "role"], "msg": "missing", "type": "missing"}]},
            None,
            "missing",
            "messages.0.role",
        ),
        ({"detail": [{"loc": ["body"], "msg": "m"}]}, None, None, None),
        ({"detail": []}, None, None, None),
        (["m"], None, None, None),
        (b"<html>no JSON</html>", None, None, None),
    ],
)
def test_code_type_and_param_are_those_of_the_body(make_client, raw_server, body, code, kind, param):
    raw_server.script(raw_server.reply(400, body))

    with pytest.raises(APIStatusError) as caught:
        make_client(raw_server.url).send()

    error = caught.value
    assert (error.code, error.type, error.param) == (code, kind, param)


@pytest.mark.parametrize("body", [{"error": {"message": "slow down"}}, b"slow down", b""])
def test_the_response_is_there_as_httpx_has_it_without_what_was_sent(make_client, raw_server, body):
    raw_server.script(raw_server.reply(429, body, x_request_id="r-1"))

    with pytest.raises(APIStatusError) as caught:
        make_client(raw_server.url, max_retries=0).send(content=b'{"prompt": "secret"}')

    response = caught.value.response
    assert (response.status_code, response.headers["x-request-id"]) == (429, "r-1")
    assert response.json() == body if isinstance(body, dict) else response.content == body
    assert str(response.request.url) == caught.value.request.url
    assert response.request.content == b""
    assert "sk-secret-key" not in repr(response.request.headers.raw)


def test_a_call_without_an_answer_has_no_response(make_client, refused_url):
    with pytest.raises(APIConnectionError) as caught:
        make_client(refused_url, max_retries=0).send()

    assert caught.value.response is None
