"""What the schema of the request lets through, and what it refuses, as the service would."""

import copy

import pytest
from jsonschema import Draft202012Validator

from tests.contract import document

REQUEST = Draft202012Validator(document.bundled({"$ref": "#/components/schemas/ChatCompletionRequest"}))
MINIMAL = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}


def request_with(**fields):
    return copy.deepcopy(MINIMAL) | fields


def message_with(part):
    return request_with(messages=[{"role": "user", "content": [part]}])


def called_with(call):
    return request_with(messages=[{"role": "assistant", "tool_calls": [call]}])


ALLOWED = {
    "an unknown field": request_with(thinking={"type": "enabled"}),
    "an unknown role": request_with(messages=[{"role": "judge", "content": {"verdict": True}}]),
    "an unknown field of a message": request_with(messages=[{"role": "user", "content": "", "cache": 1}]),
    "an unknown part": message_with({"type": "document", "source": {}}),
    "an unknown field of a part": message_with({"type": "text", "text": "", "cache_control": {}}),
    "an unknown kind of tool": request_with(tools=[{"type": "web_search", "max_uses": 1}]),
    "a tool without a kind": request_with(tools=[{"googleSearch": {}}]),
    "an unknown kind of tool call": called_with({"type": "mcp", "server": "x"}),
    "an unknown kind of format": request_with(response_format={"type": "xml"}),
    "an unknown mode of tool choice": request_with(tool_choice="any"),
    "an unknown kind of tool choice": request_with(tool_choice={"type": "any"}),
    "an unknown effort": request_with(reasoning_effort="minimal"),
    "an unknown modality": request_with(modalities=["image"]),
    "an unknown audio format": message_with(
        {"type": "input_audio", "input_audio": {"data": "", "format": "ogg"}}
    ),
    "an unknown stream option": request_with(stream_options={"include_obfuscation": False}),
    "no messages at all": request_with(messages=[]),
    "an assistant's message without content": request_with(messages=[{"role": "assistant"}]),
    "several sequences to stop at": request_with(stop=["a", "b", "c", "d"]),
}

REFUSED = {
    "no model": {"messages": []},
    "no messages": {"model": "openai/gpt-4o"},
    "a model that is no string": request_with(model=4),
    "messages that are no array": request_with(messages="Hello"),
    "a message that is no object": request_with(messages=["Hello"]),
    "a message without a role": request_with(messages=[{"content": "Hello"}]),
    "a role that is no string": request_with(messages=[{"role": None}]),
    "a user's message without content": request_with(messages=[{"role": "user"}]),
    "a user's message whose content is a number": request_with(messages=[{"role": "user", "content": 1}]),
    "a tool's message without the id of the call": request_with(messages=[{"role": "tool", "content": ""}]),
    "a function's message without a name": request_with(messages=[{"role": "function", "content": ""}]),
    "a part without a kind": message_with({"text": "Hello"}),
    "a text part without text": message_with({"type": "text"}),
    "an image without an address": message_with({"type": "image_url", "image_url": {}}),
    "a recording without data": message_with({"type": "input_audio", "input_audio": {"format": "wav"}}),
    "a file part without a file": message_with({"type": "file"}),
    "a function tool without a function": request_with(tools=[{"type": "function"}]),
    "a function without a name": request_with(tools=[{"type": "function", "function": {}}]),
    "a custom tool without a definition": request_with(tools=[{"type": "custom"}]),
    "a function call without an id": called_with(
        {"type": "function", "function": {"name": "", "arguments": ""}}
    ),
    "a custom call without input": called_with({"type": "custom", "id": "", "custom": {"name": ""}}),
    "more tools than allowed": request_with(tools=[{}] * 129),
    "a format without its schema": request_with(response_format={"type": "json_schema"}),
    "a tool choice without a name": request_with(tool_choice={"type": "function", "function": {}}),
    "a penalty out of range": request_with(presence_penalty=2.5),
    "a bias out of range": request_with(logit_bias={"1": 101}),
    "a bias that is no integer": request_with(logit_bias={"1": 0.5}),
    "metadata that is no string": request_with(metadata={"a": 1}),
    "more sequences to stop at than allowed": request_with(stop=["a"] * 5),
    "a stream switch that is no boolean": request_with(stream="yes"),
    "null for a field": request_with(temperature=None),
}


@pytest.mark.parametrize("document", ALLOWED.values(), ids=ALLOWED)
def test_a_request_may_have(document):
    assert [error.message for error in REQUEST.iter_errors(document)] == []


@pytest.mark.parametrize("document", REFUSED.values(), ids=REFUSED)
def test_a_request_must_not_have(document):
    assert not REQUEST.is_valid(document)


@pytest.mark.parametrize(
    "place", [example.place for example in document.examples() if "200" in example.place]
)
def test_the_message_of_a_completion_can_be_sent_back(place):
    [example] = [example for example in document.examples() if example.place == place]

    for choice in example.value.get("choices", ()):
        if "message" in choice:
            assert REQUEST.is_valid(request_with(messages=[choice["message"]]))
