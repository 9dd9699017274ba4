"""The server's answers: valid by the contract, in every feature, whole and streamed."""

import json

import pytest

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
            "required": ["city"],
        },
    },
}
QUERY = {"type": "custom", "custom": {"name": "run_query"}}
OLD = {"name": "get_weather", "parameters": WEATHER["function"]["parameters"]}
NAMED = {"type": "function", "function": {"name": "get_weather"}}
ORDER = {
    "type": "json_schema",
    "json_schema": {
        "name": "order",
        "schema": {
            "type": "object",
            "properties": {"drink": {"enum": ["tea", "coffee"]}, "cups": {"type": "integer"}},
            "required": ["drink", "cups"],
        },
    },
}

FEATURES = {
    "plain": {},
    "choices": {"n": 3},
    "logprobs": {"logprobs": True, "top_logprobs": 2},
    "stop": {"stop": ["there"]},
    "length": {"max_completion_tokens": 2},
    "function": {"tools": [WEATHER], "tool_choice": "required"},
    "named_function": {
        "tools": [QUERY, WEATHER],
        "tool_choice": {"type": "function", "function": {"name": "get_weather"}},
    },
    "old_function": {"functions": [OLD], "function_call": {"name": "get_weather"}},
    "json_object": {"response_format": {"type": "json_object"}},
    "json_schema": {"response_format": ORDER},
    "audio": {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"}},
    "usage": {"stream_options": {"include_usage": True}},
}
every_feature = pytest.mark.parametrize("fields", FEATURES.values(), ids=FEATURES)


@every_feature
def test_a_whole_answer_is_valid_by_the_contract(post, validate, fields):
    response = post(**fields)

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    validate("ChatCompletion", response.json())


@every_feature
def test_every_chunk_is_valid_by_the_contract(chunks, validate, fields):
    received = chunks(**fields)

    assert len(received) > 1
    for chunk in received:
        validate("ChatCompletionChunk", chunk)


@every_feature
def test_the_same_request_has_the_same_bytes(post, fields):
    once, again = post(**fields), post(**fields)
    streamed_once, streamed_again = post(stream=True, **fields), post(stream=True, **fields)

    assert once.content == again.content
    assert streamed_once.content == streamed_again.content


@every_feature
def test_a_stream_says_what_the_whole_answer_says(post, chunks, fields):
    whole = post(**fields).json()

    received = chunks(**fields)

    assert {chunk["id"] for chunk in received} == {whole["id"]}
    for choice in whole["choices"]:
        deltas = [
            piece["delta"]
            for chunk in received
            for piece in chunk["choices"]
            if piece["index"] == choice["index"]
        ]
        text = "".join(delta.get("content") or "" for delta in deltas)
        calls = [delta["tool_calls"][0]["function"]["arguments"] for delta in deltas if "tool_calls" in delta]
        assert text == (choice["message"]["content"] or "")
        assert "".join(calls) == "".join(
            call["function"]["arguments"] for call in choice["message"].get("tool_calls", [])
        )


def test_every_request_of_the_contract_is_answered(document, http, validate):
    body = document["paths"]["/v5/chat/completions"]["post"]["requestBody"]
    references = [one["$ref"] for one in body["content"]["application/json"]["examples"].values()]
    examples = [document["components"]["examples"][one.rpartition("/")[2]]["value"] for one in references]

    for example in examples:
        response = http.post("/v5/chat/completions", json={**example, "stream": False})

        assert response.status_code == 200, response.text
        validate("ChatCompletion", response.json())


def test_different_requests_have_different_answers(post):
    first, second = post("one").json(), post("two").json()

    assert first["id"] != second["id"]
    assert first["choices"][0]["message"]["content"] == "You said: one"
    assert second["choices"][0]["message"]["content"] == "You said: two"


def test_usage_ends_a_stream_only_when_asked_for(chunks):
    asked = chunks(stream_options={"include_usage": True})
    not_asked = chunks()

    assert asked[-1]["choices"] == []
    assert asked[-1]["usage"]["total_tokens"] == 6
    assert all(chunk["usage"] is None for chunk in asked[:-1])
    assert all("usage" not in chunk for chunk in not_asked)


def test_logprobs_name_every_token_with_as_many_others_as_asked_for(post):
    choice = post(logprobs=True, top_logprobs=2).json()["choices"][0]

    listed = choice["logprobs"]["content"]
    assert "".join(one["token"] for one in listed) == choice["message"]["content"]
    assert [len(one["top_logprobs"]) for one in listed] == [2] * len(listed)
    assert all(bytes(one["bytes"]).decode() == one["token"] for one in listed)


def test_a_stop_sequence_ends_the_answer_before_it(post):
    choice = post("to be or not", stop="or").json()["choices"][0]

    assert choice["message"]["content"] == "You said: to be "
    assert choice["finish_reason"] == "stop"


def test_the_token_limit_cuts_the_answer(post):
    choice = post(max_completion_tokens=2).json()["choices"][0]

    assert choice["message"]["content"] == "You said:"
    assert choice["finish_reason"] == "length"


def test_a_tool_is_called_when_the_user_speaks_of_it(post):
    asked = post("What is the weather?", tools=[WEATHER]).json()["choices"][0]
    not_asked = post("How are you?", tools=[WEATHER]).json()["choices"][0]
    forbidden = post("What is the weather?", tools=[WEATHER], tool_choice="none").json()["choices"][0]

    call = asked["message"]["tool_calls"][0]
    assert asked["finish_reason"] == "tool_calls"
    assert call["function"]["name"] == "get_weather"
    assert json.loads(call["function"]["arguments"]) == {"city": "string", "days": 1}
    assert "tool_calls" not in not_asked["message"]
    assert "tool_calls" not in forbidden["message"]


def test_a_custom_tool_is_called_with_text(post, validate):
    completion = post("Run the query", tools=[QUERY]).json()

    call = completion["choices"][0]["message"]["tool_calls"][0]
    validate("ChatCompletion", completion)
    assert call["type"] == "custom"
    assert call["custom"] == {"name": "run_query", "input": "string"}


def test_a_custom_tool_is_not_called_in_a_stream_for_which_the_contract_has_no_words(chunks, validate):
    received = chunks("Run the query", tools=[QUERY])

    for chunk in received:
        validate("ChatCompletionChunk", chunk)
    assert not any("tool_calls" in chunk["choices"][0]["delta"] for chunk in received)


def test_the_result_of_a_tool_is_answered_in_words(http):
    call = {"name": "get_weather", "arguments": "{}"}
    messages = [
        {"role": "user", "content": "What is the weather?"},
        {
            "role": "assistant",
            "tool_calls": [{"id": "c", "type": "function", "function": call}],
        },
        {"role": "tool", "tool_call_id": "c", "content": "rain"},
    ]

    response = http.post(
        "/v5/chat/completions", json={"model": "m", "messages": messages, "tools": [WEATHER]}
    )

    assert response.json()["choices"][0]["message"]["content"] == "The tool said: rain"


def test_a_json_answer_fits_the_schema_asked_for(post):
    content = post(response_format=ORDER).json()["choices"][0]["message"]["content"]

    assert json.loads(content) == {"drink": "tea", "cups": 0}


def test_parts_that_are_not_text_are_named(http):
    content = [
        {"type": "text", "text": "Look:"},
        {"type": "image_url", "image_url": {"url": "http://x/y.png"}},
    ]

    response = http.post(
        "/v5/chat/completions", json={"model": "m", "messages": [{"role": "user", "content": content}]}
    )

    assert response.json()["choices"][0]["message"]["content"] == "You said: Look: [image_url]"


def test_half_a_surrogate_pair_comes_back_as_it_went(http):
    body = b'{"model": "m", "messages": [{"role": "user", "content": "\\ud83d"}], "logprobs": true}'

    response = http.post("/v5/chat/completions", content=body, headers={"content-type": "application/json"})

    assert response.json()["choices"][0]["message"]["content"] == "You said: \ud83d"


def test_answers_carry_a_request_id_of_their_own_and_rate_limits(post):
    first, second = post(), post()

    assert first.headers["x-request-id"] == "req_000001"
    assert second.headers["x-request-id"] == "req_000002"
    assert second.headers["x-ratelimit-remaining-requests"] == "9998"
