"""Messages of LangChain as the service takes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from mimetypes import guess_extension
from typing import TYPE_CHECKING, Any, cast

from langchain_core.messages import (
    AIMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
    convert_to_openai_data_block,
    is_data_content_block,
)

from egp.errors import EGPError

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

__all__ = ["PROVIDER", "RECEIVED_CALLS", "TEXT_ARGUMENT", "request_messages"]

PROVIDER = "egp"
"""What `response_metadata["model_provider"]` is in the answers of our model."""
RECEIVED_CALLS = "received_tool_calls"
"""Where calls of tools are kept as they came, with what LangChain has no place for. Not `tool_calls`, which
LangChain makes calls of once more."""
TEXT_ARGUMENT = "__arg1"
"""What LangChain names the one argument of a tool that takes text."""

# Parts of a message of the model that say again what its tool calls and vendor fields say.
_SAID_ELSEWHERE = frozenset(
    {"function_call", "invalid_tool_call", "reasoning", "tool_call", "tool_call_chunk", "tool_use"}
)
_THOUGHTS = frozenset({"reasoning_content", "redacted_thinking", "thinking"})
_OWN_NAMES = frozenset({"parsed", "tool_calls", RECEIVED_CALLS})


def request_messages(messages: Iterable[BaseMessage]) -> list[dict[str, Any]]:
    """Return the messages as JSON, with what vendors have in `additional_kwargs`.

    Raises EGPError for a kind of message that cannot be sent.
    """
    return [_request_message(message) for message in messages]


def _request_message(message: BaseMessage) -> dict[str, Any]:
    content = _content(cast("str | list[Any]", message.content))
    if isinstance(message, AIMessage):
        return _assistant(message)
    if isinstance(message, ToolMessage):
        return {"role": "tool", "tool_call_id": message.tool_call_id, "content": content, **_vendor(message)}
    if isinstance(message, FunctionMessage):
        return {"role": "function", "name": message.name, "content": content}
    role = _role(message)
    named = {"name": message.name} if message.name else {}
    return {"role": role, "content": content, **named, **_vendor(message)}


def _role(message: BaseMessage) -> str:
    if isinstance(message, HumanMessage):
        return "user"
    if isinstance(message, SystemMessage):
        return str(message.additional_kwargs.get("__openai_role__", "system"))
    if isinstance(message, ChatMessage):
        return message.role
    raise EGPError(f"a {type(message).__name__} cannot be sent: it is no message of a conversation")


def _assistant(message: AIMessage) -> dict[str, Any]:
    is_ours = _is_ours(message)
    content = cast("str | list[Any]", message.content)
    if isinstance(content, list):
        left_out = _SAID_ELSEWHERE if is_ours else _SAID_ELSEWHERE | _THOUGHTS
        content = _content([part for part in content if _type_of(part) not in left_out])
    calls = _calls(message)
    sent: dict[str, Any] = {"role": "assistant", "content": content}
    if message.name:
        sent["name"] = message.name
    if is_ours:
        sent |= _vendor(message)
    if calls:
        sent["tool_calls"] = calls
        sent.pop("function_call", None)
    if not content and (calls or "function_call" in sent or "audio" in sent or "refusal" in sent):
        sent["content"] = None
    return sent


def _is_ours(message: AIMessage) -> bool:
    """Whether no other provider made the message, whose fields the service would not know."""
    metadata = cast("Mapping[str, Any]", message.response_metadata)
    return bool(metadata.get("model_provider", PROVIDER) == PROVIDER)


def _vendor(message: BaseMessage) -> dict[str, Any]:
    """Return the fields that LangChain has no place for; those of its own begin with two underscores."""
    kept = cast("Mapping[str, Any]", message.additional_kwargs)
    return {
        name: value for name, value in kept.items() if name not in _OWN_NAMES and not name.startswith("__")
    }


def _calls(message: AIMessage) -> list[dict[str, Any]]:
    received = cast("list[dict[str, Any]]", message.additional_kwargs.get(RECEIVED_CALLS) or [])
    by_id = {call.get("id"): call for call in received}
    valid = [
        _call(call["id"], call["name"], call["args"], by_id.get(call["id"], {}))
        for call in message.tool_calls
    ]
    invalid = [
        _call(call["id"], call["name"], call["args"] or "", by_id.get(call["id"], {}))
        for call in message.invalid_tool_calls
    ]
    # LangChain has no place for calls of other kinds.
    unknown = [call for call in received if "function" not in call and "custom" not in call]
    return valid + invalid + unknown


def _call(
    id_: str | None, name: str | None, arguments: dict[str, Any] | str, received: dict[str, Any]
) -> dict[str, Any]:
    """Return a call of a tool, with what the vendor said of it beside its name and arguments."""
    if received.get("type") == "custom" and isinstance(arguments, dict):
        custom = {**received["custom"], "name": name, "input": arguments.get(TEXT_ARGUMENT, "")}
        return {**received, "custom": custom}
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    function = {**received.get("function", {}), "name": name, "arguments": text}
    return {**received, "id": id_, "type": "function", "function": function}


def _content(content: str | list[Any]) -> str | list[Any]:
    return content if isinstance(content, str) else [_part(part) for part in content]


def _type_of(part: Any) -> object:
    return cast("Mapping[str, Any]", part).get("type") if isinstance(part, Mapping) else None


def _part(part: Any) -> Any:
    """Return a part of a message: LangChain's images, audio and files as the service has them."""
    if isinstance(part, str):
        return {"type": "text", "text": part}
    if not isinstance(part, dict):
        return part
    block = cast("dict[str, Any]", part)
    if is_data_content_block(block):
        try:
            return convert_to_openai_data_block(_named(block))
        except ValueError as error:
            raise EGPError(f"a part of a message cannot be sent: {error}") from None
    if block.get("type") == "text":
        # Its place and id are LangChain's own.
        return {
            key: value for key, value in block.items() if key not in {"annotations", "extras", "id", "index"}
        }
    source = block.get("source")
    if block.get("type") == "image" and isinstance(source, dict):
        return _image(cast("dict[str, Any]", source)) or block
    return block


def _named(block: dict[str, Any]) -> dict[str, Any]:
    """Return a file with a name, which some vendors demand: that of its kind where it has none."""
    has_content = "base64" in block or block.get("source_type") == "base64"
    if block.get("type") != "file" or not has_content:
        return block
    if any("filename" in cast("Mapping[str, Any]", block.get(key) or {}) for key in ("extras", "metadata")):
        return block
    return {"filename": f"file{guess_extension(str(block.get('mime_type'))) or ''}", **block}


def _image(source: dict[str, Any]) -> dict[str, Any] | None:
    """Return the part of an image in the form that Anthropic's messages have."""
    if source.get("type") == "base64":
        url = f"data:{source.get('media_type')};base64,{source.get('data')}"
    elif source.get("type") == "url":
        url = str(source.get("url"))
    else:
        return None
    return {"type": "image_url", "image_url": {"url": url}}
