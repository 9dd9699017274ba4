"""A server whose model does what the standard tests of LangChain ask of one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from egp.testing import RecordedRequest, Server

ARGUMENTS: dict[str, dict[str, Any]] = {
    "magic_function": {"input": 3},
    "magic_function_no_args": {},
}


def able(request: RecordedRequest) -> Any:
    """Return what the server's own model would not think of; None where it does."""
    body = request.json
    last = body["messages"][-1]
    tools = [tool["function"]["name"] for tool in body.get("tools") or []]
    if last["role"] == "tool" or not isinstance(last["content"], str):
        return None
    if "unicode_customer" in tools:
        name = last["content"].split("'")[1]
        return called("unicode_customer", {"customer_name": name, "description": "a company"})
    for name in tools:
        if name in ARGUMENTS and body.get("tool_choice") != "none":
            return called(name, ARGUMENTS[name])
    if (body.get("response_format") or {}).get("type") == "json_object":
        return '{"setup": "What is a cat on ice?", "punchline": "A cool cat."}'
    return None


def called(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return an answer that calls a function."""
    import json

    text = json.dumps(arguments, ensure_ascii=False)
    call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": text}}
    return completion({"role": "assistant", "content": None, "tool_calls": [call]}, "tool_calls")


def completion(message: dict[str, Any], finish_reason: str = "stop", **others: Any) -> dict[str, Any]:
    """Return an answer with one choice."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1750000000,
        "model": "openai/gpt-4o",
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
        **others,
    }


@pytest.fixture(scope="session")
def running_server():
    with Server() as server:
        yield server


@pytest.fixture
def server(running_server):
    running_server.reset()
    return running_server


@pytest.fixture
def capable_server(server, monkeypatch):
    """The same, able, and found by the environment; what the tests would download is a few bytes."""
    server.reply(able, times=None)
    monkeypatch.setenv("EGP_BASE_URL", server.url)
    monkeypatch.setenv("EGP_API_KEY", "a-key-of-tests")
    monkeypatch.setenv("LANGCHAIN_TESTS_USER_AGENT", "none is sent")
    monkeypatch.setattr(httpx, "get", lambda *_, **__: SimpleNamespace(content=b"a file"))
    return server
