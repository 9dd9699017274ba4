"""`ChatEGP`: what LangChain's own tests do not ask."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import traceback
from copy import deepcopy
from typing import Any

import pytest
from egp_api.api.inference import create_chat_completion
from langchain_core.caches import InMemoryCache
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.exceptions import OutputParserException
from langchain_core.load import dumpd, dumps, load
from langchain_core.messages import (
    AIMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    RemoveMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.runnables import ConfigurableField
from langchain_core.tools import tool
from pydantic import BaseModel, ValidationError

import egp
from egp._options import StreamCreateOptions
from egp.langchain import ChatEGP
from egp.langchain.fields import ChatFields
from egp.testing import chunk
from tests.langchain.conftest import completion

MODEL = "openai/gpt-4o"
KEY = "sk-secret-of-tests"


class City(BaseModel):
    """A city."""

    name: str
    size: int


@tool
def get_weather(city: str) -> str:
    """Say how the weather is in a city."""
    return "sunny"


class Mode:
    """One way to ask a model: sync or async, whole or streamed. A stream is added up."""

    def __init__(self, *, is_async: bool, streams: bool) -> None:
        self.is_async = is_async
        self.streams = streams

    def ask(self, model: Any, *args: Any, **kwargs: Any) -> Any:
        if not self.streams:
            if self.is_async:
                return asyncio.run(model.ainvoke(*args, **kwargs))
            return model.invoke(*args, **kwargs)
        total: Any = None
        for piece in self.pieces(model, *args, **kwargs):
            total = piece if total is None or isinstance(piece, BaseModel | dict) else total + piece
        return total

    def pieces(self, model: Any, *args: Any, **kwargs: Any) -> list[Any]:
        async def collected() -> list[Any]:
            return [piece async for piece in model.astream(*args, **kwargs)]

        return asyncio.run(collected()) if self.is_async else [*model.stream(*args, **kwargs)]


def added(pieces: list[Any]) -> Any:
    total = pieces[0]
    for piece in pieces[1:]:
        total = total + piece
    return total


MODES = {
    "invoke": Mode(is_async=False, streams=False),
    "ainvoke": Mode(is_async=True, streams=False),
    "stream": Mode(is_async=False, streams=True),
    "astream": Mode(is_async=True, streams=True),
}


@pytest.fixture(params=MODES)
def mode(request):
    return MODES[request.param]


@pytest.fixture
def model(server):
    return ChatEGP(model=MODEL, api_key=KEY, base_url=server.url)


def message(mode: Mode, model: Any, *args: Any, **kwargs: Any) -> Any:
    """Return the message that a model answers with, a stream's pieces added up."""
    if mode.streams:
        return added(mode.pieces(model, *args, **kwargs))
    return mode.ask(model, *args, **kwargs)


# What is sent


def test_every_keyword_of_create_is_a_field_but_those_that_langchain_has():
    keywords = set(StreamCreateOptions.__annotations__) | create_chat_completion.KEYWORDS

    assert keywords - ChatFields.__annotations__.keys() == {"messages", "metadata"}


def test_fields_are_sent_and_a_call_replaces_them(mode, model, server):
    model = ChatEGP(model=MODEL, api_key=KEY, base_url=server.url, temperature=0.5, seed=7, top_k=3)

    mode.ask(model, "Hello", temperature=1.5, top_k=None)

    sent = server.requests[0].json
    assert (sent["temperature"], sent["seed"]) == (1.5, 7)
    assert "top_k" not in sent
    assert "max_tokens" not in sent


def test_fields_of_vendors_go_through_extra_body_of_model_and_call(mode, server):
    model = ChatEGP(
        model=MODEL, api_key=KEY, base_url=server.url, extra_body={"guided_regex": "a+", "seed": 1}
    )

    mode.ask(model, "Hello", extra_body={"seed": 2}, extra_headers={"x-trace": "t"})

    sent = server.requests[0]
    assert (sent.json["guided_regex"], sent.json["seed"]) == ("a+", 2)
    assert sent.headers["x-trace"] == "t"


def test_a_stop_of_the_call_replaces_that_of_the_model(mode, server):
    model = ChatEGP(model=MODEL, api_key=KEY, base_url=server.url, stop=["one"])

    mode.ask(model, "Hello", stop=["two"])
    mode.ask(model, "Hello")
    mode.ask(model, "Hello", stop=[])

    assert [request.json.get("stop") for request in server.requests] == [["two"], ["one"], None]


def test_a_misspelt_option_is_refused_with_the_right_one(server):
    with pytest.raises(TypeError, match=r"temprature.*did you mean 'temperature'"):
        ChatEGP(model=MODEL, api_key=KEY, temprature=1)


def test_a_misspelt_keyword_of_a_call_is_refused(mode, model, server):
    with pytest.raises(TypeError, match="unexpected keyword argument 'temprature'"):
        mode.ask(model, "Hello", temprature=1)

    assert server.requests == []


def test_an_option_of_a_wrong_type_is_refused():
    with pytest.raises(ValidationError, match="temperature"):
        ChatEGP(model=MODEL, api_key=KEY, temperature="hot")


def test_messages_of_every_kind_are_sent(model, server):
    model.invoke(
        [
            SystemMessage("Be brief."),
            SystemMessage("Be kind.", additional_kwargs={"__openai_role__": "developer"}),
            HumanMessage("Hello", name="ann", additional_kwargs={"cache_control": {"type": "ephemeral"}}),
            AIMessage("Hi", name="bot"),
            AIMessage("", tool_calls=[{"name": "get_weather", "args": {"city": "Köln"}, "id": "a"}]),
            ToolMessage("sunny", tool_call_id="a", name="get_weather", status="error", artifact=object()),
            FunctionMessage("sunny", name="get_weather"),
            ChatMessage("Go on", role="user"),
        ]
    )

    call = {"name": "get_weather", "arguments": '{"city": "Köln"}'}
    assert server.requests[0].json["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "developer", "content": "Be kind."},
        {"role": "user", "content": "Hello", "name": "ann", "cache_control": {"type": "ephemeral"}},
        {"role": "assistant", "content": "Hi", "name": "bot"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "a", "type": "function", "function": call}],
        },
        {"role": "tool", "tool_call_id": "a", "content": "sunny"},
        {"role": "function", "name": "get_weather", "content": "sunny"},
        {"role": "user", "content": "Go on"},
    ]


PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
PARTS = {
    "text": ("Hi", {"type": "text", "text": "Hi"}),
    "text with a vendor's field": (
        {"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral"}, "index": 0, "id": "lc_1"},
        {"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral"}},
    ),
    "openai's image": (PICTURE, PICTURE),
    "image": ({"type": "image", "base64": "AAAA", "mime_type": "image/png"}, PICTURE),
    "image by address": (
        {"type": "image", "url": "https://x.example/a.png"},
        {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}},
    ),
    "anthropic's image": (
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
        PICTURE,
    ),
    "anthropic's image by address": (
        {"type": "image", "source": {"type": "url", "url": "https://x.example/a.png"}},
        {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}},
    ),
    "a kind of a vendor's own": ({"type": "map", "at": [1, 2]}, {"type": "map", "at": [1, 2]}),
    "audio": (
        {"type": "audio", "base64": "AAAA", "mime_type": "audio/wav"},
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
    ),
    "file": (
        {"type": "file", "base64": "AAAA", "mime_type": "application/pdf"},
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA", "filename": "file.pdf"}},
    ),
    "file with a name": (
        {"type": "file", "base64": "AAAA", "mime_type": "application/pdf", "extras": {"filename": "b.pdf"}},
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA", "filename": "b.pdf"}},
    ),
}


@pytest.mark.parametrize("name", PARTS)
def test_parts_of_a_message_are_sent_as_the_service_has_them(name, model, server):
    given, wanted = PARTS[name]

    model.invoke([HumanMessage([given])])

    assert server.requests[0].json["messages"][0]["content"] == [wanted]


def test_a_part_that_cannot_be_sent_is_refused(model, server):
    with pytest.raises(egp.EGPError, match="URL"):
        model.invoke([HumanMessage([{"type": "file", "url": "https://x.example/a.pdf"}])])

    assert server.requests == []


def test_a_message_that_is_none_is_refused(model):
    with pytest.raises(egp.EGPError, match="RemoveMessage"):
        model.invoke([RemoveMessage(id="1")])


def test_what_another_provider_said_beside_the_message_is_not_sent(model, server):
    thought = {"type": "thinking", "thinking": "Hm.", "signature": "s"}
    said = AIMessage(
        [thought, {"type": "text", "text": "Hi"}, {"type": "tool_use", "id": "a", "name": "f", "input": {}}],
        additional_kwargs={"thinking_blocks": []},
        response_metadata={"model_provider": "anthropic"},
    )

    model.invoke([HumanMessage("Hello"), said, HumanMessage("Go on")])

    assert server.requests[0].json["messages"][1] == {
        "role": "assistant",
        "content": [{"type": "text", "text": "Hi"}],
    }


# What comes back

REASONING = [
    {"type": "reasoning.text", "text": "Let me think.", "format": "anthropic-claude-v1", "index": 0},
    {"type": "reasoning.encrypted", "data": "abc", "format": "anthropic-claude-v1", "index": 1},
]
SIGNED_CALL = {
    "id": "a",
    "type": "function",
    "function": {"name": "get_weather", "arguments": '{"city":"Oslo"}'},
    "extra_content": {"google": {"thought_signature": "s"}},
}
ANSWERS = {
    "text": {"role": "assistant", "content": "Hi"},
    "reasoning": {
        "role": "assistant",
        "content": "Hi",
        "reasoning_content": "Let me think.",
        "reasoning_details": REASONING,
        "thinking_blocks": [{"type": "thinking", "thinking": "Hm.", "signature": "s"}],
        "provider_specific_fields": {"citations": [1, 2]},
    },
    "a call with a vendor's field": {"role": "assistant", "content": None, "tool_calls": [SIGNED_CALL]},
    "two calls": {
        "role": "assistant",
        "content": "Let me look.",
        "tool_calls": [
            {"id": "a", "type": "function", "function": {"name": "get_weather", "arguments": '{"city":"A"}'}},
            {"id": "b", "type": "function", "function": {"name": "get_weather", "arguments": '{"city":"B"}'}},
        ],
    },
    "a refusal": {"role": "assistant", "content": None, "refusal": "I will not."},
    "an old function call": {
        "role": "assistant",
        "content": None,
        "function_call": {"name": "get_weather", "arguments": "{}"},
    },
    "parts": {"role": "assistant", "content": [{"type": "text", "text": "Hi"}]},
}


def deltas(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Return an answer in pieces: texts in halves, calls one by one, all else as it is."""
    pieces: list[dict[str, Any]] = [{"role": "assistant"}]
    for name, value in answer.items():
        if name == "tool_calls":
            for index, call in enumerate(value):
                function = call["function"]
                half = len(function["arguments"]) // 2
                first = {
                    **call,
                    "index": index,
                    "function": {**function, "arguments": function["arguments"][:half]},
                }
                rest = {"index": index, "function": {"arguments": function["arguments"][half:]}}
                pieces += [{"tool_calls": [first]}, {"tool_calls": [rest]}]
        elif isinstance(value, str) and name != "role":
            pieces += [{name: value[:2]}, {name: value[2:]}]
        elif value is not None and name != "role":
            pieces.append({name: value})
    return pieces


@pytest.fixture
def scripted(server):
    """Script one answer, whole or streamed as the request asks."""

    def script(said: dict[str, Any], mode: Mode, finish_reason: str = "stop", **others: Any) -> None:
        whole = completion(said, finish_reason, **others)
        if not mode.streams:
            server.reply(whole)
            return
        top = {name: value for name, value in whole.items() if name not in {"choices", "usage"}}
        top["object"] = "chat.completion.chunk"
        events = [
            {**top, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
            for delta in deltas(said)
        ]
        events.append({**top, "choices": [{"index": 0, "delta": {}, "finish_reason": finish_reason}]})
        events.append({**top, "choices": [], "usage": whole["usage"]})
        server.stream(events)

    return script


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_the_same_whole_and_streamed(name, mode, model, scripted):
    said = ANSWERS[name]
    scripted(said, MODES["invoke"])
    wanted = model.invoke("Hello")
    scripted(said, mode, citations=["a"], service_tier="flex")

    got = message(mode, model, "Hello")

    assert got.content == wanted.content
    assert got.tool_calls == wanted.tool_calls
    assert got.additional_kwargs == wanted.additional_kwargs
    assert got.usage_metadata == wanted.usage_metadata
    assert got.response_metadata == {
        **wanted.response_metadata,
        "citations": ["a"],
        "service_tier": "flex",
        "request_id": got.response_metadata["request_id"],
    }


def with_read_arguments(said: dict[str, Any]) -> dict[str, Any]:
    copy = deepcopy(said)
    for call in copy.get("tool_calls", []):
        call["function"]["arguments"] = json.loads(call["function"]["arguments"])
    return copy


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_sent_back_as_it_was_received(name, mode, model, scripted, server):
    said = ANSWERS[name]
    scripted(said, mode)

    answer = message(mode, model, "Hello")
    model.invoke([HumanMessage("Hello"), answer, HumanMessage("Go on")])

    sent = server.requests[-1].json["messages"][1]
    assert with_read_arguments(sent) == with_read_arguments({"content": None, **said})


def test_the_reasoning_is_a_block_of_the_content(mode, model, scripted):
    scripted(ANSWERS["reasoning"], mode)

    answer = message(mode, model, "Hello")

    assert [block["type"] for block in answer.content_blocks] == ["reasoning", "text"]
    assert answer.content_blocks[0]["reasoning"] == "Let me think."


def test_a_custom_tool_is_called_with_text(mode, model, server):
    custom = {"type": "custom", "custom": {"name": "run_code"}}
    server.reply(tool_calls=[("run_code", "print(1)")])

    answer = MODES["ainvoke" if mode.is_async else "invoke"].ask(model, "Hello", tools=[custom])
    model.invoke([HumanMessage("Hello"), answer, ToolMessage("1", tool_call_id=answer.tool_calls[0]["id"])])

    assert answer.tool_calls[0]["args"] == {"__arg1": "print(1)"}
    sent = server.requests[-1].json["messages"][1]["tool_calls"][0]
    assert sent["custom"] == {"name": "run_code", "input": "print(1)"}


def test_arguments_that_cannot_be_read_are_kept(mode, model, scripted):
    call = {"id": "a", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": }'}}
    scripted({"role": "assistant", "content": None, "tool_calls": [call]}, mode, "tool_calls")

    if mode.streams:
        # LangChain would complete what was cut, and the call would be run so.
        with pytest.raises(egp.InvalidJSONError, match="get_weather") as caught:
            message(mode, model, "Hello")
        assert caught.value.content == '{"city": }'
        assert caught.value.completion.choices[0].message.tool_calls[0].id == "a"
        return
    answer = message(mode, model, "Hello")

    assert answer.tool_calls == []
    assert answer.invalid_tool_calls[0]["args"] == '{"city": }'


@pytest.mark.parametrize("index", [True, False])
def test_calls_that_come_in_pieces_are_told_apart(index, model, server):
    """Servers repeat names, leave indices out, or give every call the index 0."""

    def piece(id_, name, arguments):
        return {
            **({"index": 0} if index else {}),
            "id": id_,
            "type": "function",
            "function": {"name": name, "arguments": arguments},
        }

    pieces = [
        piece("a", "first", '{"x":'),
        piece("a", "first", "1}"),
        piece("b", "second", '{"y":2}'),
    ]
    server.stream([chunk(tool_calls=[one]) for one in pieces] + [chunk(finish_reason="tool_calls")])

    answer = added([*model.stream("Hello")])

    assert [(call["name"], call["args"], call["id"]) for call in answer.tool_calls] == [
        ("first", {"x": 1}, "a"),
        ("second", {"y": 2}, "b"),
    ]


@pytest.mark.parametrize("streams", [False, True])
def test_halves_of_a_character_become_one(streams, model, server):
    if streams:
        halves = [
            r'{"choices":[{"index":0,"delta":{"content":"\ud83d"}}]}',
            r'{"choices":[{"index":0,"delta":{"content":"\ude00!"},"finish_reason":"stop"}]}',
        ]
        server.stream([f"data: {half}\n\n".encode() for half in halves])
        text = added([*model.stream("Hello")]).content
    else:
        server.reply(completion({"role": "assistant", "content": "\ud83d\ude00!"}))
        text = model.invoke("Hello").content

    assert text == "😀!"


def test_a_half_of_a_character_alone_is_replaced(mode, model, scripted):
    scripted({"role": "assistant", "content": "ab\ud83d"}, mode)

    assert message(mode, model, "Hello").content == "ab\ufffd"


def test_a_half_of_a_character_in_the_reasoning_is_replaced(mode, model, scripted):
    scripted({"role": "assistant", "content": "Hi", "reasoning_content": "abc\ud83d"}, mode)

    reasoning = message(mode, model, "Hello").additional_kwargs["reasoning_content"]

    # Whole, it is as received: LangChain looks into messages only.
    assert reasoning[:-1] == "abc"
    assert (reasoning[-1] == "\ufffd") is mode.streams


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("arguments", [{"city": "Oslo"}, '{"city": "Os\nlo"}', "", None])
def test_arguments_are_read_in_every_form_that_servers_send(streams, arguments, model, server):
    call = {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": arguments}}
    if streams:
        server.stream([chunk(tool_calls=[call]), chunk(finish_reason="tool_calls")])
    else:
        server.reply(completion({"role": "assistant", "content": None, "tool_calls": [call]}))

    answer = added([*model.stream("Hello")]) if streams else model.invoke("Hello")

    wanted = json.loads(arguments, strict=False) if isinstance(arguments, str) and arguments else arguments
    assert answer.tool_calls[0]["args"] == (wanted or {})


def test_tokens_are_counted_with_their_details(mode, model, scripted):
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "total_tokens": 15,
        "prompt_tokens_details": {"cached_tokens": 4, "audio_tokens": 1},
        "completion_tokens_details": {"reasoning_tokens": 3},
        "cache_creation_input_tokens": 2,
    }
    scripted(ANSWERS["text"], mode, usage=usage)

    answer = message(mode, model, "Hello")

    assert answer.usage_metadata == {
        "input_tokens": 10,
        "output_tokens": 5,
        "total_tokens": 15,
        "input_token_details": {"cache_read": 4, "audio": 1, "cache_creation": 2},
        "output_token_details": {"reasoning": 3},
    }
    assert answer.response_metadata["token_usage"] == usage


def test_tokens_are_counted_as_a_meter_counts_them(mode, model, scripted):
    scripted(ANSWERS["text"], mode, usage={"completion_tokens": 5.0, "total_tokens": 15})

    tokens = message(mode, model, "Hello").usage_metadata

    assert tokens == {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}


def test_tokens_that_nobody_told_are_none(mode, model, scripted):
    scripted(ANSWERS["text"], mode, usage=None)

    assert message(mode, model, "Hello").usage_metadata is None


def test_streams_tell_their_tokens_unless_asked_not_to(model, server):
    [*model.stream("Hello")]
    [*model.stream("Hello", stream_usage=False)]
    [*model.stream("Hello", stream_options={"include_usage": False})]

    asked = [request.json.get("stream_options") for request in server.requests]
    assert asked == [{"include_usage": True}, None, {"include_usage": False}]


def test_choices_are_generations_whose_tokens_are_counted_once(model):
    result = model.generate([[HumanMessage("Hello")]], n=2)

    first, second = (generation.message for generation in result.generations[0])
    assert first.usage_metadata is not None
    assert second.usage_metadata is None
    assert result.llm_output["token_usage"]["total_tokens"] > 0


def test_several_choices_are_not_streamed(model, server):
    with pytest.raises(egp.EGPError, match="one choice"):
        [*model.stream("Hello", n=2)]

    assert server.requests == []


def test_callbacks_see_every_piece(mode, model):
    class Seen(BaseCallbackHandler):
        tokens: list[str]

        def __init__(self):
            self.tokens = []

        def on_llm_new_token(self, token, **kwargs):
            self.tokens.append(token)

    seen = Seen()

    mode.ask(model, "Hello", config={"callbacks": [seen]})

    assert "".join(seen.tokens) == ("You said: Hello" if mode.streams else "")


def test_a_model_that_streams_by_itself_does_so_in_invoke(server):
    model = ChatEGP(model=MODEL, api_key=KEY, base_url=server.url, streaming=True)

    assert model.invoke("Hello").content == "You said: Hello"
    assert server.requests[0].wants_stream


# Errors


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, egp.BadRequestError), (401, egp.AuthenticationError), (422, egp.UnprocessableEntityError)],
)
def test_errors_are_ours(status, kind, mode, model, server):
    server.fail(status, {"error": {"message": "no", "code": "c"}}, times=None)

    with pytest.raises(kind, match="no") as caught:
        mode.ask(model, "Hello")

    assert caught.value.code == "c"
    assert len(server.requests) == 1


def test_retries_are_those_of_the_client_and_not_multiplied(mode, server):
    model = ChatEGP(model=MODEL, api_key=KEY, base_url=server.url, max_retries=2)
    server.fail(503, headers={"retry-after-ms": "1"}, times=None)

    with pytest.raises(egp.InternalServerError) as caught:
        mode.ask(model, "Hello")

    assert len(caught.value.attempts) == len(server.requests) == 3


def test_a_stream_that_breaks_raises_with_what_came(model, server):
    server.reply("one two three", cut_after=3, end="close")
    pieces = []

    with pytest.raises(egp.StreamInterruptedError) as caught:
        pieces.extend(model.stream("Hello"))

    assert caught.value.partial.choices[0].message.content == "one two"


def test_leaving_a_stream_frees_its_connection(model, server):
    server.reply("one two three", interval=0.01)

    for _ in model.stream("Hello"):
        break
    model.invoke("Hello")

    assert len(server.requests) == 2


def test_timeouts_of_model_and_call_hold(server):
    model = ChatEGP(model=MODEL, api_key=KEY, base_url=server.url, timeout=0.05, max_retries=0)
    server.reply("late", delay=30)

    with pytest.raises(egp.APITimeoutError):
        model.invoke("Hello")


# Clients


def test_a_client_of_ones_own_is_asked_through(server):
    with egp.Client(api_key=KEY, base_url=server.url, default_headers={"x-team": "a"}) as client:
        model = ChatEGP(model=MODEL, client=client)

        model.invoke("Hello")
        asyncio.run(model.ainvoke("Hello"))
        added(MODES["astream"].pieces(model, "Hello"))

    assert [request.headers["x-team"] for request in server.requests] == ["a", "a", "a"]


def test_an_async_client_of_ones_own_is_asked_through(server):
    async def main():
        async with egp.AsyncClient(api_key=KEY, base_url=server.url) as client:
            model = ChatEGP(model=MODEL, async_client=client)
            with pytest.raises(egp.EGPError, match="give it a client"):
                model.invoke("Hello")
            return await model.abatch(["Hello", "Hello"])

    answers = asyncio.run(main())

    assert [answer.content for answer in answers] == ["You said: Hello"] * 2


@pytest.mark.parametrize("option", ["api_key", "account_id", "base_url", "environment"])
def test_options_of_a_client_go_to_the_client_where_there_is_one(option):
    with egp.Client(api_key=KEY) as client, pytest.raises(egp.EGPError, match=f"give {option} to the client"):
        ChatEGP(model=MODEL, client=client, **{option: "local"})


def test_options_that_cannot_be_right_are_our_errors(monkeypatch):
    monkeypatch.delenv("EGP_API_KEY", raising=False)
    monkeypatch.delenv("SGP_API_KEY", raising=False)

    with pytest.raises(egp.EGPError, match="EGP_API_KEY"):
        ChatEGP(model=MODEL)


def test_the_key_comes_from_the_environment(server, monkeypatch):
    monkeypatch.setenv("EGP_API_KEY", "from-the-environment")
    monkeypatch.setenv("EGP_BASE_URL", server.url)

    ChatEGP(model=MODEL).invoke("Hello")

    assert server.requests[0].headers["x-api-key"] == "from-the-environment"


def test_the_key_may_be_a_function(mode, server):
    model = ChatEGP(model=MODEL, api_key=lambda: "rotated", base_url=server.url)

    mode.ask(model, "Hello")

    assert server.requests[0].headers["x-api-key"] == "rotated"


def test_a_field_can_be_configured_at_run_time(server):
    client = egp.Client(api_key=KEY, base_url=server.url)
    model = ChatEGP(model=MODEL, client=client).configurable_fields(temperature=ConfigurableField("heat"))

    model.invoke("Hello", config={"configurable": {"heat": 0.25}})

    assert server.requests[0].json["temperature"] == 0.25


# Secrets


def test_no_secret_is_in_a_repr_or_in_what_langchain_writes_down(server, caplog):
    caplog.set_level(logging.DEBUG)
    model = ChatEGP(
        model=MODEL,
        api_key=KEY,
        account_id="account-of-tests",
        base_url=server.url,
        extra_headers={"authorization": "Bearer header-of-tests"},
    )
    written: list[str] = []

    class Written(BaseCallbackHandler):
        def on_chat_model_start(self, serialized, messages, **kwargs):
            written.append(repr((serialized, kwargs)))

        def on_llm_end(self, response, **kwargs):
            written.append(repr((response, kwargs)))

    model.invoke("Hello", config={"callbacks": [Written()]}, extra_headers={"cookie": "cookie-of-tests"})
    written += [repr(model), str(model), dumps(model), repr(model._identifying_params), caplog.text]
    written.append(model._get_llm_string(extra_headers={"cookie": "cookie-of-tests"}))

    assert len(written) == 8
    for text in written:
        for secret in (KEY, "account-of-tests", "header-of-tests", "cookie-of-tests"):
            assert secret not in text


@pytest.mark.parametrize("wrong", [{"base_url": "nowhere"}, {"temprature": 1}, {"environment": "moon"}])
def test_no_frame_of_ours_shows_a_secret_when_an_option_is_wrong(wrong):
    with pytest.raises((egp.EGPError, TypeError)) as caught:
        ChatEGP(model=MODEL, api_key=KEY, account_id="account-of-tests", **wrong)

    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True).stack
    ours = [frame for frame in frames if f"{os.sep}src{os.sep}egp{os.sep}" in frame.filename]
    for frame in ours:
        for secret in (KEY, "account-of-tests"):
            assert secret not in repr(frame.locals)


@pytest.mark.filterwarnings("ignore:The function `load` is in beta")
def test_a_model_that_was_written_down_is_read_back(server, monkeypatch):
    monkeypatch.setenv("EGP_API_KEY", KEY)
    model = ChatEGP(model=MODEL, api_key=KEY, base_url=server.url, temperature=0.5, stop=["x"])

    read = load(dumpd(model), allowed_objects=[ChatEGP], valid_namespaces=["egp"], secrets_from_env=True)

    assert read._identifying_params == model._identifying_params
    assert read.invoke("Hello").content == "You said: Hello"


def test_a_cache_answers_the_same_question_of_the_same_model(server):
    cache = InMemoryCache()
    model = ChatEGP(model=MODEL, api_key=KEY, base_url=server.url, cache=cache)

    answers = [model.invoke("Hello").content, model.invoke("Hello").content]
    model.invoke("Hello", temperature=0)

    assert answers == ["You said: Hello"] * 2
    assert len(server.requests) == 2


# Tools


@pytest.mark.parametrize(
    ("choice", "wanted"),
    [
        (None, None),
        (False, None),
        (True, "required"),
        ("any", "required"),
        ("auto", "auto"),
        ("none", "none"),
        ("get_weather", {"type": "function", "function": {"name": "get_weather"}}),
        ({"type": "function", "function": {"name": "f"}}, {"type": "function", "function": {"name": "f"}}),
    ],
)
def test_a_choice_of_tools_is_sent_as_the_contract_has_it(choice, wanted, model, server):
    model.bind_tools([get_weather], tool_choice=choice, parallel_tool_calls=False).invoke("Hello")

    sent = server.requests[0].json
    assert sent.get("tool_choice") == wanted
    assert sent["parallel_tool_calls"] is False


def test_strict_tools_are_sent_as_such(model, server):
    model.bind_tools([get_weather], strict=True).invoke("Hello")

    function = server.requests[0].json["tools"][0]["function"]
    assert function["strict"] is True
    assert function["parameters"]["additionalProperties"] is False


def test_a_loop_of_calls_and_results_ends_with_an_answer(mode, model, server):
    bound = model.bind_tools([get_weather])
    messages: list[Any] = [HumanMessage("How is the weather in Oslo?")]

    asked = message(mode, bound, messages)
    messages += [asked, get_weather.invoke(asked.tool_calls[0])]
    answer = message(mode, bound, messages)

    assert answer.content == "The tool said: sunny"


# Structured output

METHODS = ["json_schema", "function_calling"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("strict", [None, True])
def test_an_object_of_a_model_is_returned(method, strict, mode, model):
    structured = model.with_structured_output(City, method=method, strict=strict)

    assert mode.ask(structured, "Where?") == City(name="string", size=0)


@pytest.mark.parametrize("method", METHODS)
def test_a_dict_is_returned_for_a_schema(method, mode, model):
    structured = model.with_structured_output(City.model_json_schema(), method=method)

    assert mode.ask(structured, "Where?") == {"name": "string", "size": 0}


def test_a_response_format_is_taken_as_it_is(model, server):
    format_ = {"name": "city", "schema": City.model_json_schema(), "strict": False}

    model.with_structured_output(format_).invoke("Where?")
    model.with_structured_output({"type": "json_schema", "json_schema": format_}).invoke("Where?")

    sent = [request.json["response_format"] for request in server.requests]
    assert sent == [{"type": "json_schema", "json_schema": format_}] * 2


def test_tools_go_beside_a_schema(model, server):
    model.with_structured_output(City, tools=[get_weather]).invoke("Where?")

    assert server.requests[0].json["tools"][0]["function"]["name"] == "get_weather"


FAILURES = {
    "refusal": ({"content": None, "refusal": "I will not."}, "stop", egp.RefusalError),
    "length": ({"content": '{"name": "Os'}, "length", egp.LengthFinishReasonError),
    "filter": ({"content": None}, "content_filter", egp.ContentFilterFinishReasonError),
    "empty": ({"content": ""}, "stop", egp.EmptyOutputError),
    "another form": ({"content": '{"name": 1}'}, "stop", OutputParserException),
}


@pytest.mark.parametrize("name", FAILURES)
def test_an_answer_that_has_not_the_form_is_an_error(name, mode, model, scripted):
    said, reason, kind = FAILURES[name]
    scripted({"role": "assistant", **said}, mode, reason)

    with pytest.raises(kind):
        mode.ask(model.with_structured_output(City), "Where?")


def test_an_error_of_the_form_has_text_and_tokens(model, scripted):
    scripted({"role": "assistant", "content": '{"name": "Os'}, MODES["invoke"], "length")

    with pytest.raises(egp.LengthFinishReasonError) as caught:
        model.with_structured_output(City.model_json_schema()).invoke("Where?")

    assert caught.value.content == '{"name": "Os'
    assert caught.value.usage["total_tokens"] == 5


@pytest.mark.parametrize(("arguments", "kind"), [("{", egp.InvalidJSONError), (None, egp.EmptyOutputError)])
def test_a_call_that_cannot_be_read_is_an_error(arguments, kind, mode, model, server):
    server.reply("Hm.") if arguments is None else server.reply(tool_calls=[("City", arguments)])

    with pytest.raises(kind):
        mode.ask(model.with_structured_output(City, method="function_calling"), "Where?")


def test_the_message_is_there_on_request(mode, model, scripted):
    scripted({"role": "assistant", "content": '{"name": "Oslo"}'}, MODES["invoke"])
    structured = model.with_structured_output(City, include_raw=True)

    result = MODES["ainvoke" if mode.is_async else "invoke"].ask(structured, "Where?")

    assert result["raw"].content == '{"name": "Oslo"}'
    assert result["parsed"] is None
    assert isinstance(result["parsing_error"], OutputParserException)


@pytest.mark.parametrize(
    "options",
    [{"method": "magic"}, {"schema": None}, {"method": "json_mode", "tools": [get_weather]}],
)
def test_structured_output_refuses_what_it_cannot_do(options, model):
    with pytest.raises(ValueError, match=r"method|schema"):
        model.with_structured_output(**{"schema": City, **options})
