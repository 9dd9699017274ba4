"""Answers are read as values, and those that cannot be are kept on the error."""

import copy
import pickle

import pytest
from egp_api.models import ChatCompletion, FunctionTool

import egp
from egp import structured
from egp.structured import function_tool
from egp.structured.output import output_fields, reask_messages
from egp.structured.parsed import ParsedChatCompletion
from tests.structured.kinds import Order, Point, Tree

USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}


def completion(*choices, **fields):
    numbered = [
        {
            "index": index,
            "finish_reason": choice.pop("finish_reason", "stop"),
            "message": {"role": "assistant", "content": None, **choice},
        }
        for index, choice in enumerate(copy.deepcopy(choices))
    ]
    body = {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": numbered,
        "usage": USAGE,
    }
    return ChatCompletion.from_dict({**body, **fields})


def call(name, arguments):
    return {"id": f"call_{name}", "type": "function", "function": {"name": name, "arguments": arguments}}


def get_weather(city: str, days: int = 1) -> str:
    """Return the weather."""
    return city * days


def read(answer, response_format=Point, tools=None):
    reader, _ = output_fields(response_format, tools, "auto")
    return reader.read(answer)


POINT = '{"x": 1, "y": 2}'

FAILURES = {
    "no JSON": ({"content": '{"x": 1, '}, egp.InvalidJSONError, None),
    "wrong type": ({"content": '{"x": "1", "y": 2}'}, egp.OutputValidationError, "$.x"),
    "refusal": ({"refusal": "I will not."}, egp.RefusalError, None),
    "length": ({"content": POINT, "finish_reason": "length"}, egp.LengthFinishReasonError, None),
    "content filter": (
        {"content": POINT, "finish_reason": "content_filter"},
        egp.ContentFilterFinishReasonError,
        None,
    ),
    "empty": ({"content": " "}, egp.EmptyOutputError, None),
}


@pytest.mark.parametrize("name", FAILURES)
def test_every_failure_keeps_completion_usage_and_text(name):
    choice, error_type, path = FAILURES[name]

    with pytest.raises(error_type) as caught:
        read(completion(choice))

    for error in (caught.value, pickle.loads(pickle.dumps(caught.value))):
        assert isinstance(error, egp.StructuredOutputError)
        assert error.completion.id == "c"
        assert error.usage.total_tokens == 15
        assert error.content == (choice.get("content") or "")
        assert error.path == path
        assert error.choice == 0


def test_what_could_be_read_of_other_choices_is_on_the_error():
    good, bad = {"content": POINT}, {"content": "no"}

    with pytest.raises(egp.InvalidJSONError) as caught:
        read(completion(good, bad, good, bad))

    assert caught.value.choice == 1
    assert [choice.message.parsed for choice in caught.value.completion.choices] == [
        Point(1, 2),
        None,
        Point(1, 2),
        None,
    ]


def test_an_answer_says_all_that_the_service_sent():
    answer = completion({"content": POINT, "vendor": [1]}, vendor={"a": 1})

    parsed = read(answer)

    assert parsed.parsed == parsed.choices[0].message.parsed == Point(1, 2)
    assert parsed.to_dict() == answer.to_dict()
    assert pickle.loads(pickle.dumps(parsed)) == copy.deepcopy(parsed) == parsed


def test_calls_of_tools_instead_of_text_are_no_failure():
    parsed = read(
        completion({"tool_calls": [call("get_weather", '{"city": "Oslo", "days": null}')]}),
        tools=[get_weather],
    )

    (made,) = parsed.choices[0].message.tool_calls
    assert parsed.parsed is None
    assert made.function.parsed_arguments == {"city": "Oslo"}


def test_talk_beside_calls_is_no_failure():
    choice = {"content": "Let me see.", "tool_calls": [call("get_weather", '{"city": "Oslo"}')]}

    assert read(completion(choice), tools=[get_weather]).parsed is None


@pytest.mark.parametrize("tool", [Order, Tree], ids=["msgspec", "pydantic"])
def test_a_type_is_a_tool_whose_arguments_are_its_fields(tool):
    reader, fields = output_fields(None, [tool], True)
    texts = {Order: '{"orderId": 1, "items": []}', Tree: '{"value": 1, "parent": null}'}

    parsed = reader.read(completion({"tool_calls": [call(tool.__name__, texts[tool])]}))

    assert fields["tools"][0]["function"]["name"] == tool.__name__
    assert fields["tools"][0]["function"]["strict"] is True
    assert isinstance(parsed.choices[0].message.tool_calls[0].function.parsed_arguments, tool)


def test_a_type_is_a_tool_under_a_name_of_ones_own():
    own = function_tool(Order, name="place_order", description="Order things.")
    reader, fields = output_fields(None, [own], "auto")

    parsed = reader.read(completion({"tool_calls": [call("place_order", '{"orderId": 1, "items": []}')]}))

    assert fields["tools"][0]["function"]["description"] == "Order things."
    assert parsed.choices[0].message.tool_calls[0].function.parsed_arguments == Order(1, [])


@pytest.mark.parametrize("as_model", [False, True], ids=["dict", "model"])
def test_arguments_of_a_tool_without_a_type_are_plain_json(as_model):
    tool = {"type": "function", "function": {"name": "own", "parameters": {"type": "object"}}}
    tool = FunctionTool.from_dict(tool) if as_model else tool

    parsed = read(
        completion({"tool_calls": [call("own", '{"a": 1}'), call("own", "{"), call("other", "{}")]}),
        response_format=None,
        tools=[tool],
    )

    calls = parsed.choices[0].message.tool_calls
    assert [each.function.parsed_arguments for each in calls] == [{"a": 1}, None, None]


def test_arguments_that_do_not_fit_are_a_failure_that_names_the_function():
    answer = completion({"tool_calls": [call("get_weather", '{"city": 1}')]})

    with pytest.raises(egp.OutputValidationError, match=r"arguments of get_weather .*\$\.city") as caught:
        read(answer, tools=[get_weather])

    assert (caught.value.path, caught.value.content) == ("$.city", '{"city": 1}')
    assert caught.value.usage.total_tokens == 15


def test_a_schema_of_ones_own_is_sent_as_it_is_and_gives_plain_json():
    own = {"type": "json_schema", "json_schema": {"name": "own", "schema": {"type": "object"}}}
    before = copy.deepcopy(own)
    reader, fields = output_fields(own, None, True)

    parsed = reader.read(completion({"content": '{"a": [1]}'}))

    assert parsed.parsed == {"a": [1]}
    assert fields["response_format"] is own
    assert own == before


@pytest.mark.parametrize("own", [None, {"type": "text"}], ids=["none", "text"])
def test_without_a_format_text_is_text(own):
    parsed = read(completion({"content": "Hello"}), response_format=own)

    assert parsed.parsed is None


def test_a_type_without_fields_is_no_tool():
    with pytest.raises(egp.EGPError, match="has no fields"):
        output_fields(None, [list[int]], "auto")


@pytest.mark.parametrize("name", FAILURES)
def test_the_model_is_asked_again_only_where_that_may_help(name):
    with pytest.raises(egp.StructuredOutputError) as caught:
        read(completion(FAILURES[name][0]))

    messages = reask_messages(caught.value)

    assert (messages is not None) is (name in ("no JSON", "wrong type", "empty"))
    if messages:
        assert caught.value.message in messages[-1]["content"]


def test_a_call_that_does_not_fit_is_answered_when_asking_again():
    with pytest.raises(egp.OutputValidationError) as caught:
        read(completion({"tool_calls": [call("get_weather", "{}")]}), tools=[get_weather])

    answered, told = reask_messages(caught.value)

    assert told["tool_call_id"] == answered["tool_calls"][0]["id"]
    assert "city" in told["content"]


def test_usage_is_the_sum_of_all_answers():
    reader, _ = output_fields(Point, None, "auto")
    with pytest.raises(egp.InvalidJSONError) as caught:
        reader.read(completion({"content": "no"}))
    first = caught.value.completion
    with pytest.raises(egp.InvalidJSONError) as caught:
        reader.read(completion({"content": "no"}), (first,))
    second = caught.value.completion

    parsed = reader.read(completion({"content": POINT}), (first, second))

    assert (first.usage.total_tokens, second.usage.total_tokens, parsed.usage.total_tokens) == (15, 30, 45)
    assert parsed.earlier == (first, second)


def test_the_types_of_answers_are_where_users_import_from():
    assert structured.ParsedChatCompletion is ParsedChatCompletion
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = structured.nothing
