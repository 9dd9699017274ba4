"""`parse` against the local server: every kind of type, every failure, and asking again."""

import json

import pytest

import egp
from egp import tool
from tests.structured.kinds import KINDS, Point
from tests.structured.strict_profile import violations
from tests.structured.test_output import USAGE
from tests.structured.test_schemas import named

MESSAGES = [{"role": "user", "content": "Give me one."}]
POINT = '{"x": 1, "y": 2}'


def answer(content=None, finish_reason="stop", **message):
    """A completion as the server sends it."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_764_000_000,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "finish_reason": finish_reason,
                "message": {"role": "assistant", "content": content, **message},
            }
        ],
        "usage": USAGE,
    }


@pytest.fixture
def ask(make_client, egp_server):
    """Calls `parse` of a client of either kind."""
    client = make_client(egp_server.url)

    def ask(**keywords):
        return client.run(
            client.client.chat.completions.parse, **{"model": "m", "messages": MESSAGES, **keywords}
        )

    return ask


@pytest.mark.parametrize("kind", KINDS, ids=named)
def test_a_type_goes_to_the_server_and_comes_back_as_a_value(kind, egp_server):
    def reply(request):
        schema = request.json["response_format"]["json_schema"]["schema"]
        is_wrapped = list(schema.get("properties", ())) == ["value"]
        return answer(f'{{"value": {kind.text}}}' if is_wrapped else kind.text)

    egp_server.reply(reply)

    with egp.Client() as client:
        completion = client.chat.completions.parse(
            model="openai/gpt-4o", messages=MESSAGES, response_format=kind.type
        )

    sent = egp_server.requests[0].json["response_format"]["json_schema"]
    assert completion.parsed == completion.choices[0].message.parsed == kind.value
    assert sent["strict"] is kind.is_strict is (violations(sent["schema"]) == [])


def test_both_clients_parse(ask, egp_server):
    egp_server.reply(answer(POINT))

    completion = ask(response_format=Point, temperature=0.5, extra_headers={"x-own": "1"}, timeout=30)

    assert completion.parsed == Point(1, 2)
    assert completion.request_id == completion.response_info.request_id
    assert egp_server.requests[0].json["temperature"] == 0.5
    assert egp_server.requests[0].headers["x-own"] == "1"


FAILURES = [
    (answer('{"x": 1, '), egp.InvalidJSONError),
    (answer('{"x": "1", "y": 2}'), egp.OutputValidationError),
    (answer(refusal="No."), egp.RefusalError),
    (answer(POINT, "length"), egp.LengthFinishReasonError),
    (answer(POINT, "content_filter"), egp.ContentFilterFinishReasonError),
    (answer(""), egp.EmptyOutputError),
]


@pytest.mark.parametrize(("body", "error_type"), FAILURES, ids=lambda each: getattr(each, "__name__", ""))
def test_every_failure_has_completion_usage_and_text(body, error_type, ask, egp_server):
    egp_server.reply(body)

    with pytest.raises(error_type) as caught:
        ask(response_format=Point)

    error = caught.value
    assert error.completion.to_dict() == body
    assert error.usage.total_tokens == 15
    assert error.content == (body["choices"][0]["message"]["content"] or "")


def test_the_model_is_shown_its_error_and_may_try_again(ask, egp_server):
    for content in ("no", '{"x": 1, "y": []}', POINT):
        egp_server.reply(answer(content))

    completion = ask(response_format=Point, max_reasks=2)

    assert completion.parsed == Point(1, 2)
    assert completion.usage.total_tokens == 45
    assert [each.choices[0].message.content for each in completion.earlier] == ["no", '{"x": 1, "y": []}']
    last = egp_server.requests[-1].json["messages"]
    assert [message["role"] for message in last] == ["user", "assistant", "user", "assistant", "user"]
    assert last[3]["content"] == '{"x": 1, "y": []}'
    assert "$.y" in last[4]["content"]


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_asking_again_stops_at_its_limit(limit, ask, egp_server):
    egp_server.reply(answer("no"), times=None)

    with pytest.raises(egp.InvalidJSONError) as caught:
        ask(response_format=Point, max_reasks=limit)

    assert len(egp_server.requests) == limit + 1
    assert caught.value.usage.total_tokens == caught.value.completion.usage.total_tokens == 15 * (limit + 1)
    assert len(caught.value.completion.earlier) == limit


@pytest.mark.parametrize("body", [answer(refusal="No."), answer(POINT, "length")], ids=["refusal", "length"])
def test_what_would_not_get_better_is_not_asked_again(body, ask, egp_server):
    egp_server.reply(body)

    with pytest.raises(egp.StructuredOutputError):
        ask(response_format=Point, max_reasks=5)

    assert len(egp_server.requests) == 1


def test_a_deadline_is_for_all_tries(ask, egp_server):
    egp_server.reply(answer("no"), delay=0.2, times=None)

    with pytest.raises((egp.InvalidJSONError, egp.APITimeoutError)):
        ask(response_format=Point, max_reasks=50, deadline=0.5, max_retries=0)

    assert len(egp_server.requests) < 5


def test_arguments_that_do_not_fit_are_asked_for_again(ask, egp_server):
    @tool
    def get_weather(city: str) -> str:
        return city

    egp_server.reply(tool_calls=[("get_weather", {"town": "Oslo"})])
    egp_server.reply(tool_calls=[("get_weather", {"city": "Oslo"})])

    completion = ask(tools=[get_weather], max_reasks=1)

    (call,) = completion.choices[0].message.tool_calls
    assert call.function.parsed_arguments == {"city": "Oslo"}
    assert [message["role"] for message in egp_server.requests[1].json["messages"]] == [
        "user",
        "assistant",
        "tool",
    ]


def test_messages_may_be_an_iterator(ask, egp_server):
    egp_server.reply(answer("no"))
    egp_server.reply(answer(POINT))

    assert ask(messages=iter(MESSAGES), response_format=Point, max_reasks=1).parsed == Point(1, 2)


def test_a_type_that_cannot_be_asked_for_is_refused_before_anything_is_sent(ask, egp_server):
    with pytest.raises(egp.EGPError, match="complex has no JSON schema"):
        ask(response_format=list[complex])

    assert egp_server.requests == []


@pytest.mark.parametrize("message", [None, "hello", {}, {"content": ["x"]}])
def test_an_answer_without_text_is_an_empty_output(message, ask, egp_server):
    body = answer()
    body["choices"][0]["message"] = message
    egp_server.reply(body)
    egp_server.reply(answer(POINT))

    completion = ask(response_format=Point, max_reasks=1)

    assert completion.parsed == Point(1, 2)
    assert "the model wrote nothing" in egp_server.requests[1].json["messages"][-1]["content"]
    assert completion.earlier[0].parsed is None


@pytest.mark.parametrize(
    ("call", "parsed"),
    [
        ({"function": {"name": "move", "arguments": {"x": 1}}}, {"x": 1}),
        ({"function": {"name": "move", "arguments": '{"x": 1}'}}, {"x": 1}),
        ({"function": {"name": ["move"], "arguments": '{"x": 1}'}}, None),
        ({"function": None}, None),
        ({}, None),
    ],
)
def test_a_call_is_read_as_far_as_it_can_be(call, parsed, ask, egp_server):
    @tool
    def move(x: int) -> None:
        """Move."""

    egp_server.reply(answer(tool_calls=[{"id": "call_1", "type": "function", **call}]))

    completion = ask(tools=[move])

    assert completion.choices[0].message.tool_calls[0].function.parsed_arguments == parsed


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        ({"messages": "hello"}, "messages: a list of objects is needed, not a str"),
        (
            {"messages": {"role": "user", "content": "Hi"}},
            "messages: a list of objects is needed, not a dict",
        ),
        ({"max_reasks": None}, "max_reasks must be an integer >= 0, got None"),
        ({"max_reasks": -1}, "max_reasks must be an integer >= 0, got -1"),
        ({"tools": Point}, "tools: a list of tools is needed, not the class Point"),
        ({"tools": {"type": "function"}}, "tools: a list of tools is needed, not a dict"),
        ({"strict": "maybe"}, "strict must be True, False or 'auto', got 'maybe'"),
    ],
)
def test_what_cannot_be_right_is_refused_before_anything_is_sent(keywords, said, ask, egp_server):
    with pytest.raises(egp.EGPError, match=said):
        ask(response_format=Point, **keywords)

    assert egp_server.requests == []


def test_messages_that_are_none_are_left_out_as_by_create(ask, egp_server):
    with pytest.raises(egp.UnprocessableEntityError, match="messages: Field required"):
        ask(response_format=Point, messages=None)


def test_a_misspelt_keyword_is_refused_by_the_names_that_parse_has(ask):
    with pytest.raises(TypeError, match=r"^parse\(\) got .* 'max_reask'; did you mean 'max_reasks'"):
        ask(response_format=Point, max_reask=1)


@pytest.mark.parametrize(("keyword", "value"), [("stream", True), ("temprature", 1)])
def test_keywords_that_parse_does_not_take_are_refused(keyword, value, ask, egp_server):
    with pytest.raises(TypeError, match=keyword):
        ask(response_format=Point, **{keyword: value})

    assert egp_server.requests == []


def test_the_server_makes_an_answer_of_the_schema_by_itself(ask):
    assert isinstance(ask(response_format=Point).parsed, Point)


def test_a_history_with_parsed_messages_is_sent_as_the_service_knows_it(ask, egp_server):
    egp_server.reply(answer(POINT))
    completion = ask(response_format=Point)

    ask(messages=[*MESSAGES, completion.choices[0].message, *MESSAGES], response_format=Point)

    assert egp_server.requests[1].json["messages"][1] == {"role": "assistant", "content": POINT}
    assert "parsed" not in json.dumps(egp_server.requests[1].json)
