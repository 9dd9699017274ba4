"""A program written for openai prints the same after a change of its imports."""

import json
from operator import methodcaller

import pytest

from egp.testing import chunk
from tests.ports.conftest import EXAMPLES, ported

RECIPE = {
    "title": "Pancakes",
    "ingredients": [{"name": "flour", "grams": 250}, {"name": "egg", "grams": 120}],
    "minutes": 20,
}
TRANSFER = {"source": "savings", "target": "rent", "amount": 20, "currency": "EUR", "note": None}


def reply(*arguments, **keywords):
    return methodcaller("reply", *arguments, **keywords)


def fail(status, code, **headers):
    error = {
        "message": "these are the words of the server",
        "code": code,
        "type": "refused",
        "param": "model",
    }
    return methodcaller("fail", status, {"error": error}, headers={"x-request-id": "req_1", **headers})


def _models(request):
    """What a server of models has, and what this service has, where each is asked."""
    if request.path.endswith("/chat/completions/models"):
        names = [("vllm", "llama-4-scout"), ("openai", "gpt-4o")]
        model = {"model_type": "chat_completion"}
        items = [{"model_vendor": vendor, "model_name": name, **model} for vendor, name in names]
        return {"object": "list", "items": items}
    model = {"object": "model", "created": 1, "owned_by": "somebody"}
    return {
        "object": "list",
        "data": [{"id": "vllm/llama-4-scout", **model}, {"id": "openai/gpt-4o", **model}],
    }


def _completion(**fields):
    message = {"role": "assistant", **fields}
    return {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
    }


THOUGHT = _completion(content="9.8", reasoning_content="0.8 is more than 0.11")
REFUSAL = _completion(content=None, refusal="I cannot do that.")

# What the server says to each program, where it is not to say what it says by itself.
ANSWERS = {
    "agent_loop": [
        reply("First the money.", tool_calls=[("refund", {"item": "lamp", "amount": 20}), ("to_sales", {})]),
        reply("A new one is on its way."),
    ],
    "async_demo": [],
    "choices": [],
    "demo": [],
    "dumps": [],
    "failures": [
        fail(429, "rate_limit_exceeded", **{"retry-after": "0"}),
        reply("at last"),
        *(fail(status, f"code_{status}") for status in (400, 401, 403, 404, 422, 500)),
        methodcaller("stream", [chunk("Hel"), {"error": {"message": "the model fell over", "code": 500}}]),
        methodcaller("drop"),
        fail(503, "busy", **{"retry-after": "0"}),
        reply("after a retry"),
    ],
    "json_answers": [reply(), reply(), reply(REFUSAL)],
    # With a connection that is kept, openai fails in the second event loop.
    "module_client": [reply(headers={"connection": "close"}, times=4)],
    "parsing": [reply(json.dumps(RECIPE))],
    "parsing_stream": [reply(json.dumps(RECIPE))],
    "parsing_tools": [reply(tool_calls=[("Transfer", TRANSFER)])],
    "parsing_tools_stream": [reply(tool_calls=[("Transfer", TRANSFER), ("Balance", {"account": "rent"})])],
    "plugin": [],
    "responses": [reply(headers={"x-request-id": "req_2", "x-ratelimit-remaining-requests": "9"})],
    "served_models": [
        reply(_models, times=2),
        reply("In Bergen."),
        reply("In Bergen, of course."),
        reply(THOUGHT),
        reply(THOUGHT),
    ],
    "shell": [reply(tool_calls=[("execute_shell", {"command": "ls"})]), reply("There are notes in here.")],
    "streaming": [],
    "streaming_response": [],
    "tool_calls": [
        reply(
            tool_calls=[
                ("get_temperature", {"place": "Oslo"}),
                ("get_temperature", {"place": "Rome", "unit": "kelvin"}),
            ]
        ),
        reply("11 degrees, and 284."),
    ],
}


def test_every_program_is_run():
    assert {path.stem for path in EXAMPLES.glob("*.py")} == ANSWERS.keys()


@pytest.mark.slow
@pytest.mark.parametrize("name", ANSWERS)
def test_the_output_is_the_same(name, egp_server, output_of):
    source = (EXAMPLES / f"{name}.py").read_text(encoding="utf-8")

    def output_and_requests(program):
        egp_server.reset()
        for answer in ANSWERS[name]:
            answer(egp_server)
        output = output_of(program)
        assert egp_server.pending == 0
        return output, [request.json for request in egp_server.requests if request.content]

    (theirs, asked), (ours, again) = output_and_requests(source), output_and_requests(ported(source))

    assert ours == theirs != ""
    # The service is asked for the same, perhaps in another order where several ask at once.
    assert len(again) == len(asked) > 0
    for one, other in zip(sorted(asked, key=_what), sorted(again, key=_what), strict=True):
        assert other["messages"] == one["messages"]
        assert _sent(other) == _sent(one)


def _sent(request):
    """The names of what is asked for: openai also says when it wants no stream, and sends None as null."""
    return {"stream", *(name for name, value in request.items() if value is not None)}


def _what(request):
    return json.dumps(request["messages"])
