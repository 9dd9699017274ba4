"""Whether the server's model calls a tool, which one, and with what."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from attrs import frozen

from egp.testing._sample import sample

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen
class ChosenTool:
    """A tool that is to be called."""

    kind: str
    """`function` or `custom`; `function_call` for a function offered in the old way."""
    name: str
    arguments: str
    """The arguments as JSON (made from the function's parameters), or a custom tool's input."""


def chosen_tool(body: Mapping[str, Any]) -> ChosenTool | None:
    """Choose the tool to call; None to answer in words.

    A tool named by `tool_choice` (or `function_call`) is called, and with `required` the first one. Otherwise
    the first tool is called that has a word of its name, of four letters or more, in what the user says last:
    `get_weather` in "What is the weather?". Once a tool has answered, only `required` or its name has it
    called again.
    """
    offered = [*_offered(body)]
    wanted = body.get("tool_choice", body.get("function_call"))
    if wanted == "none":
        return None
    if isinstance(wanted, dict):
        named = {value["name"] for value in (wanted, *wanted.values()) if isinstance(value, dict) and "name" in value}
        return next((tool for tool in offered if tool.name in named), None)
    if wanted == "required":
        return offered[0] if offered else None
    last = (body.get("messages") or [{}])[-1]
    if last.get("role") != "user":
        return None
    said = json.dumps(last.get("content"), ensure_ascii=False).lower()
    return next((tool for tool in offered if any(word in said for word in _words(tool.name))), None)


def _offered(body: Mapping[str, Any]) -> list[ChosenTool]:
    offered: list[ChosenTool] = []
    for tool in body.get("tools") or ():
        if tool.get("type") == "function":
            offered.append(_function("function", tool["function"]))
        elif tool.get("type") == "custom":
            offered.append(ChosenTool("custom", tool["custom"]["name"], "string"))
    offered.extend(_function("function_call", function) for function in body.get("functions") or ())
    return offered


def _function(kind: str, function: Mapping[str, Any]) -> ChosenTool:
    schema = function.get("parameters") or {"type": "object"}
    return ChosenTool(kind, function["name"], json.dumps(sample(schema, schema), ensure_ascii=False))


def _words(name: str) -> list[str]:
    words = re.findall(r"[A-Za-z][a-z]*|\w+", name.replace("_", " ").replace("-", " "))
    return [word.lower() for word in words if len(word) >= 4]
