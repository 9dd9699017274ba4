"""Decide which tool the server's model calls, and with which arguments."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Literal

from attrs import frozen

from egp._core.json_types import Object, is_object
from egp.testing._sample import sample
from egp.testing._text import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SHORT = 4  # a word of fewer letters (get, set, run, by) says nothing about what a tool is for


@frozen
class Call:
    """A call of a tool by the model."""

    kind: Literal["function", "custom", "function_call"]
    """`function_call` is a function offered in the old way, by `functions`."""
    name: str
    text: str
    """A function's arguments as JSON, or a custom tool's input."""

    def value(self) -> dict[str, str]:
        """Return the member of the answer that has the name and the arguments, or the input."""
        return {"name": self.name, "input" if self.kind == "custom" else "arguments": self.text}


def called_tool(body: Mapping[str, Any]) -> Call | None:
    """Choose the call that answers a request; None to answer in words.

    The tool that `tool_choice` (or `function_call`) names is called, and with `required` the first one.
    Otherwise the first tool is called that has a word of its name in what the user says last, as
    `get_weather` in "What is the weather like?"; words of fewer than four letters do not count. When a tool
    has answered, only `tool_choice` has one called again. In a stream only functions are called, because the
    contract's chunks have no other calls.
    """
    streamed = body.get("stream") is True
    offered = [call for call in _offered(body) if call.kind != "custom" or not streamed]
    wanted = body.get("tool_choice", body.get("function_call"))
    if wanted == "none":
        return None
    if wanted == "required":
        return offered[0] if offered else None
    if is_object(wanted):
        places = [wanted, *(value for value in wanted.values() if is_object(value))]
        named = [place["name"] for place in places if "name" in place]
        return next((call for call in offered if call.name in named), None)
    messages: list[Object] = body.get("messages") or [{}]
    if messages[-1].get("role") != "user":
        return None
    said = text_of(messages[-1].get("content")).lower()
    return next((call for call in offered if any(word in said for word in _words(call.name))), None)


def custom_tools(body: Mapping[str, Any]) -> set[str]:
    """Return the names of the tools of the request that take text."""
    return {call.name for call in _offered(body) if call.kind == "custom"}


def _offered(body: Mapping[str, Any]) -> Iterator[Call]:
    for tool in body.get("tools") or ():
        if tool.get("type") == "function":
            yield Call("function", tool["function"]["name"], _arguments(tool["function"]))
        elif tool.get("type") == "custom":
            yield Call("custom", tool["custom"]["name"], "string")
    for function in body.get("functions") or ():
        yield Call("function_call", function["name"], _arguments(function))


def _arguments(function: Mapping[str, Any]) -> str:
    schema = function.get("parameters") or {"type": "object"}
    return json.dumps(sample(schema, schema), ensure_ascii=False)


def _words(name: str) -> list[str]:
    words = re.findall(r"[A-Z]?[^\W_A-Z]+|[A-Z]+", name)
    return [word.lower() for word in words if len(word) >= _SHORT]
