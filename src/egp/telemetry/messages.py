"""Messages in the form in which the conventions want content: roles, and parts with a type."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from egp._core import json
from egp._core.json_types import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["input_messages", "output_messages", "tool_definitions"]


def input_messages(body: Mapping[str, Any]) -> str:
    """Return the messages of a request as JSON text."""
    messages = body.get("messages")
    return _text([_message(each) for each in (messages if is_array(messages) else ()) if is_object(each)])


def output_messages(answer: Mapping[str, Any]) -> str:
    """Return the choices of an answer as JSON text."""
    choices = answer.get("choices")
    return _text(
        [
            {**_message(message), "finish_reason": choice.get("finish_reason")}
            for choice in (choices if is_array(choices) else ())
            if is_object(choice) and is_object(message := choice.get("message"))
        ]
    )


def tool_definitions(body: Mapping[str, Any]) -> str | None:
    """Return the tools of a request as JSON text; None where there are none."""
    tools = body.get("tools")
    return _text(tools) if tools else None


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    role, content = message.get("role"), message.get("content")
    if role == "tool":
        parts = [{"type": "tool_call_response", "id": message.get("tool_call_id"), "response": content}]
    elif is_array(content):
        parts = [_part(each) for each in content if is_object(each)]
    else:
        parts = [] if content is None else [{"type": "text", "content": content}]
    calls = message.get("tool_calls")
    parts.extend(_call(each) for each in (calls if is_array(calls) else ()) if is_object(each))
    return {"role": role, "parts": parts}


def _part(part: dict[str, Any]) -> dict[str, Any]:
    image = part.get("image_url")
    if part.get("type") == "text":
        return {"type": "text", "content": part.get("text")}
    if is_object(image):
        return {"type": "uri", "modality": "image", "uri": image.get("url")}
    return part


def _call(call: Mapping[str, Any]) -> dict[str, Any]:
    function = call.get("function")
    function = function if is_object(function) else {}
    arguments = function.get("arguments")
    if isinstance(arguments, str):
        # The conventions show them as what they are, and a model may write what is not JSON.
        with suppress(json.UnreadableError):
            arguments = json.decode(arguments.encode("utf-8", "replace"))
    return {"type": "tool_call", "id": call.get("id"), "name": function.get("name"), "arguments": arguments}


def _text(value: Any) -> str:
    return json.encode(value).decode()
