"""Results in openai's dialect: what programs and frameworks written for that package call on an answer."""

from __future__ import annotations

import io
import json
import pprint

import anyio
import httpx
import pytest
from egp_api.models import ChatCompletion, ChatCompletionDelta
from hypothesis import given
from hypothesis import strategies as st

MESSAGE = {"role": "assistant", "content": "Hi", "reasoning_content": "A greeting."}
DOCUMENT = {
    "id": "c1",
    "object": "chat.completion",
    "created": 7,
    "model": "openai/gpt-4o",
    "choices": [{"index": 0, "finish_reason": "stop", "message": MESSAGE}],
    "usage": None,
    "vendor": {"region": "eu"},
}


@pytest.fixture
def completion():
    return ChatCompletion.from_dict(DOCUMENT)


def without_none(value):
    if isinstance(value, dict):
        return {key: without_none(each) for key, each in value.items() if each is not None}
    return [without_none(each) for each in value] if isinstance(value, list) else value


def test_model_dump_has_every_field_with_none_for_those_that_are_absent(completion):
    dumped = completion.model_dump()

    assert without_none(dumped) == without_none(DOCUMENT)
    assert "system_fingerprint" not in DOCUMENT
    assert dumped["system_fingerprint"] is None
    assert dumped["choices"][0]["message"]["tool_calls"] is None


def test_model_dump_leaves_out_what_it_is_told_to(completion):
    assert completion.model_dump(exclude_unset=True) == DOCUMENT
    assert completion.model_dump(exclude_none=True) == without_none(DOCUMENT)
    assert completion.model_dump(include={"id", "model"}) == {"id": "c1", "model": "openai/gpt-4o"}
    assert "choices" not in completion.model_dump(exclude={"choices"})


def test_model_dump_json_is_model_dump_as_text(completion):
    assert json.loads(completion.model_dump_json()) == completion.model_dump(mode="json")
    assert "\n" not in completion.model_dump_json()
    assert completion.model_dump_json(indent=2).startswith('{\n  "')


def test_to_json_is_what_the_server_sent_over_several_lines(completion):
    assert json.loads(completion.to_json()) == DOCUMENT
    assert completion.to_json().startswith('{\n  "')
    assert "\n" not in completion.to_json(indent=None)


def test_keys_dict_and_vars_have_the_fields_that_were_sent(completion):
    assert set(completion.keys()) == DOCUMENT.keys()
    assert dict(completion).keys() == vars(completion).keys() == DOCUMENT.keys()
    assert dict(completion)["choices"] == completion.choices == vars(completion)["choices"]
    assert {**completion.choices[0].message} == MESSAGE


def test_items_are_fields_at_any_depth(completion):
    assert completion["choices"][0]["message"]["content"] == "Hi"
    assert completion["vendor"] == {"region": "eu"}
    assert completion["usage"] is None
    with pytest.raises(KeyError, match="system_fingerprint"):
        completion["system_fingerprint"]


def test_model_extra_has_the_fields_that_the_contract_does_not_know(completion):
    assert completion.model_extra == {"vendor": {"region": "eu"}}
    assert completion.choices[0].message.model_extra == {"reasoning_content": "A greeting."}
    assert completion.choices[0].message.reasoning_content == "A greeting."


def test_an_attribute_that_the_contract_does_not_know_can_be_set_and_is_a_field(completion):
    completion.cost = 0.5

    assert completion.cost == completion["cost"] == completion.model_extra["cost"] == 0.5
    assert completion.to_dict() == {**DOCUMENT, "cost": 0.5}
    assert completion.model_dump()["cost"] == 0.5


def test_an_attribute_with_an_underscore_is_kept_and_is_no_field(completion):
    completion._note = "mine"

    assert completion._note == "mine"
    assert completion.to_dict() == DOCUMENT


def test_an_attribute_that_nobody_set_is_an_error_that_names_it(completion):
    with pytest.raises(AttributeError, match="no attribute 'chioces'"):
        _ = completion.chioces


def test_json_of_the_standard_library_takes_an_answer_by_its_vars(completion):
    assert json.loads(json.dumps(completion, default=vars)) == DOCUMENT


def test_pprint_shows_the_fields_that_are_there_and_no_placeholder(completion):
    shown = pprint.pformat(completion)

    assert shown.startswith("ChatCompletion(")
    assert "content='Hi'" in shown
    assert "'region': 'eu'" in shown
    assert "UNSET" not in shown
    assert "system_fingerprint" not in shown


def test_rich_shows_the_fields_that_are_there_each_on_its_line(completion):
    console = pytest.importorskip("rich.console", reason="rich is not installed")
    file = io.StringIO()

    console.Console(file=file, width=60, color_system=None).print(completion)

    lines = [line.strip() for line in file.getvalue().splitlines()]
    assert lines[0] == "ChatCompletion("
    assert "id='c1'," in lines
    assert "vendor={'region': 'eu'}" in lines
    assert "UNSET" not in file.getvalue()


def test_fastapi_returns_an_answer_as_it_was_sent(completion):
    fastapi = pytest.importorskip("fastapi", reason="fastapi is not installed")
    application = fastapi.FastAPI()

    @application.get("/")
    def answer():
        return completion

    async def ask():
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://program") as client:
            return await client.get("/")

    response = anyio.run(ask)

    assert (response.status_code, response.json()) == (200, DOCUMENT)


def test_an_answer_fed_back_as_a_message_is_sent_as_it_was_received(raw_server, make_client):
    raw_server.script(raw_server.reply(200, DOCUMENT))
    modal = make_client(raw_server.url)
    create = modal.client.chat.completions.create
    received = modal.run(create, model="m", messages=[{"role": "user", "content": "Hello"}])

    modal.run(create, model="m", messages=[received.choices[0].message])

    assert received.to_dict() == DOCUMENT
    assert json.loads(raw_server.requests[-1][1])["messages"] == [MESSAGE]


DELTA_FIELDS = ["content", "refusal", "role", "tool_calls", "reasoning_content", "x"]
CHANGES = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["set", "item", "delete"]),
        st.sampled_from(DELTA_FIELDS),
        st.none() | st.just("v"),
    ),
    max_size=12,
)


@given(
    st.lists(
        st.dictionaries(st.sampled_from(DELTA_FIELDS), st.none() | st.just("a")), min_size=3, max_size=3
    ),
    CHANGES,
)
def test_to_dict_follows_every_change(received, changes):
    """Whatever other objects of the class have, and in whatever order fields come and go."""
    deltas = [ChatCompletionDelta.from_dict(dict(each)) for each in received]
    expected = [dict(each) for each in received]

    for place, kind, name, value in changes:
        delta, fields = deltas[place], expected[place]
        if kind == "delete":
            if name in fields:
                del delta[name], fields[name]
        else:
            fields[name] = value
            if kind == "set":
                setattr(delta, name, value)
            else:
                delta[name] = value

        assert [each.to_dict() for each in deltas] == expected
        assert [vars(each) for each in deltas] == expected
