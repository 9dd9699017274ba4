"""What the service refuses, the server refuses: with the same status and the same shape of body."""

import pytest

CHAT = "/v5/chat/completions"


@pytest.mark.parametrize("key", [None, ""])
def test_a_request_without_a_key_is_refused(http, ask, validate, key):
    del http.headers["x-api-key"]

    response = http.post(CHAT, json=ask(), headers={} if key is None else {"x-api-key": key})

    validate("ErrorBody", response.json())
    assert response.status_code == 401
    assert response.json() == {"detail": "Not authenticated"}


def test_a_path_that_the_contract_lacks_is_not_found(http, validate):
    response = http.get("/v5/nothing/here")

    validate("ErrorBody", response.json())
    assert response.status_code == 404
    assert response.json() == {"detail": "Not Found"}


def test_a_method_that_the_contract_lacks_is_not_allowed(http):
    response = http.delete(CHAT)

    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert response.json() == {"detail": "Method Not Allowed"}


MESSAGE = {"role": "user", "content": "Hello"}
FORBIDDEN = {
    "missing": ({}, [(["body", "model"], "missing"), (["body", "messages"], "missing")]),
    "not_an_object": ([], [(["body"], "dict_type")]),
    "wrong_types": (
        {"model": 5, "messages": "Hello"},
        [(["body", "model"], "string_type"), (["body", "messages"], "list_type")],
    ),
    "range": (
        {"model": "m", "messages": [], "temperature": 3, "top_logprobs": -1},
        [(["body", "temperature"], "less_than_equal"), (["body", "top_logprobs"], "greater_than_equal")],
    ),
    "union": (
        {"model": "m", "messages": [], "stop": 5},
        [(["body", "stop"], "string_type"), (["body", "stop"], "list_type")],
    ),
    "union_too_long": (
        {"model": "m", "messages": [], "stop": ["a", "b", "c", "d", "e"]},
        [(["body", "stop"], "too_long")],
    ),
    "message_without_role": (
        {"model": "m", "messages": [MESSAGE, {"content": "x"}]},
        [(["body", "messages", 1, "role"], "missing")],
    ),
    "message_is_judged_by_its_role": (
        {"model": "m", "messages": [{"role": "tool", "content": "x"}]},
        [(["body", "messages", 0, "tool_call_id"], "missing")],
    ),
    "part_is_judged_by_its_type": (
        {"model": "m", "messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
        [(["body", "messages", 0, "content", 0, "image_url"], "missing")],
    ),
    "map_value": (
        {"model": "m", "messages": [], "metadata": {"team": 5}},
        [(["body", "metadata", "team"], "string_type")],
    ),
}


@pytest.mark.parametrize(("body", "expected"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_a_body_that_the_contract_forbids_is_refused_with_the_place_of_each_fault(
    http, validate, body, expected
):
    response = http.post(CHAT, json=body)

    validate("HTTPValidationError", response.json())
    found = [(problem["loc"], problem["type"]) for problem in response.json()["detail"]]
    assert response.status_code == 422
    assert sorted(found, key=str) == sorted(expected, key=str)


@pytest.mark.parametrize(
    ("content", "kind", "problem"),
    [
        (b"{", "application/json", (["body", 1], "json_invalid")),
        (b'{"model": NaN}', "application/json", (["body", 0], "json_invalid")),
        (b"\xff", "application/json", (["body", 0], "json_invalid")),
        (b"", "application/json", (["body"], "missing")),
        (b"{}", "text/plain", (["body"], "model_attributes_type")),
    ],
    ids=["broken", "not_a_number", "not_utf8", "empty", "not_declared_as_json"],
)
def test_a_body_that_is_no_json_is_refused(http, content, kind, problem):
    response = http.post(CHAT, content=content, headers={"content-type": kind})

    (found,) = response.json()["detail"]
    assert response.status_code == 422
    assert (found["loc"], found["type"]) == problem


def test_what_vendors_add_is_let_through(post):
    response = post(top_a=0.5, thinking={"type": "enabled"}, tools=[{"type": "web_search", "max_uses": 3}])

    assert response.status_code == 200


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_a_bearer_token_is_a_key(http, ask, scheme):
    del http.headers["x-api-key"]

    response = http.post(CHAT, json=ask(), headers={"authorization": f"{scheme} anything"})

    assert response.status_code == 200


@pytest.mark.parametrize("value", ["Bearer", "Basic YTpi", "anything"])
def test_an_authorization_without_a_token_is_no_key(http, ask, value):
    del http.headers["x-api-key"]

    response = http.post(CHAT, json=ask(), headers={"authorization": value})

    assert response.status_code == 401


def test_null_is_accepted_for_every_optional_field(post, document):
    schema = document["components"]["schemas"]["ChatCompletionRequest"]
    optional = [name for name in schema["properties"] if name not in schema["required"]]

    response = post(**dict.fromkeys(optional))

    assert response.status_code == 200
    assert len(optional) > 25


def test_null_is_accepted_for_optional_fields_of_tools_and_messages(http):
    function = {"name": "get_weather", "description": None, "parameters": None, "strict": None}
    call = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
    body = {
        "model": "openai/gpt-4o",
        "messages": [
            {"role": "user", "content": "Weather?", "name": None},
            {"role": "assistant", "content": None, "tool_calls": [call], "refusal": None, "audio": None},
            {"role": "tool", "tool_call_id": "call_1", "content": "sunny"},
            {"role": "user", "content": "And the weather tomorrow?"},
        ],
        "tools": [{"type": "function", "function": function}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": None}},
    }

    response = http.post(CHAT, json=body)

    assert response.status_code == 200
    assert response.json()["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "get_weather"


@pytest.mark.parametrize("field", ["model", "messages"])
def test_null_is_refused_for_a_required_field(post, field):
    response = post(**{field: None})

    (detail,) = response.json()["detail"]
    assert response.status_code == 422
    assert detail["loc"] == ["body", field]
