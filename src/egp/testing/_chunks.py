"""Completions in pieces."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any, TypeGuard

from egp._core.json_types import Object, is_array, is_object
from egp.testing._text import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PIECE = 8  # characters of a tool call's arguments in one chunk
_STREAMED_IN_PIECES = {"role", "content", "refusal", "tool_calls", "function_call"}


def chunk(
    content: str | None = None,
    *,
    finish_reason: str | None = None,
    index: int = 0,
    id: str = "chatcmpl-test",  # noqa: A002  # the field's name
    model: str = "openai/gpt-4o",
    **delta: Any,
) -> Object:
    """Return the payload of one event of a stream, to script one with `Server.stream`.

    `content` is the piece of text, `index` the choice; further keywords are fields of the delta
    (`role="assistant"`, `tool_calls=[…]`, a vendor's own).
    """
    if content is not None:
        delta["content"] = content
    return {
        "id": id,
        "object": "chat.completion.chunk",
        "created": 1735689600,
        "model": model,
        "choices": [{"index": index, "delta": delta, "finish_reason": finish_reason}],
    }


def is_completion(value: object) -> TypeGuard[Object]:
    """Whether a value is a whole completion, one that could be streamed."""
    return (
        is_object(value)
        and is_array(value.get("choices"))
        and all(is_object(choice) and "message" in choice for choice in value["choices"])
    )


def chunks(completion: Mapping[str, Any], *, include_usage: bool) -> Iterator[Object]:
    """Break a completion into the chunks of a stream; several choices take turns."""
    head = {key: value for key, value in completion.items() if key not in {"choices", "usage", "object"}}
    head["object"] = "chat.completion.chunk"
    usage = {"usage": None} if include_usage else {}
    for turn in zip_longest(*(_pieces(choice) for choice in completion["choices"])):
        for piece in turn:
            if piece is not None:
                yield {**head, "choices": [piece], **usage}
    if include_usage:
        yield {**head, "choices": [], "usage": completion.get("usage")}


def _pieces(choice: Mapping[str, Any]) -> Iterator[Object]:
    message: Mapping[str, Any] = choice["message"]
    logprobs: Object = choice.get("logprobs") or {}

    def piece(delta: Object, *, finish_reason: str | None = None, of: str = "", place: int = 0) -> Object:
        listed: list[Object] = logprobs.get(of) or []
        entry = listed[place : place + 1]
        return {
            "index": choice.get("index", 0),
            "delta": delta,
            "logprobs": {"content": None, "refusal": None, of: entry} if entry else None,
            "finish_reason": finish_reason,
        }

    spoken = message.get("content") is not None
    opening = {"role": message.get("role", "assistant"), "content": "" if spoken else None}
    own = {key: value for key, value in message.items() if key not in _STREAMED_IN_PIECES}
    yield piece({**opening, **own})
    for name in ("content", "refusal"):
        for place, token in enumerate(tokens(message.get(name) or "")):
            yield piece({name: token}, of=name, place=place)
    for delta in _call_deltas(message):
        yield piece(delta)
    yield piece({}, finish_reason=choice.get("finish_reason"))


def _call_deltas(message: Mapping[str, Any]) -> Iterator[Object]:
    if message.get("function_call"):
        call = message["function_call"]
        yield {"function_call": {**call, "arguments": ""}}
        for part in _parts(call["arguments"]):
            yield {"function_call": {"arguments": part}}
    for index, call in enumerate(message.get("tool_calls") or ()):
        kind = call["type"]
        field = "input" if kind == "custom" else "arguments"
        yield {"tool_calls": [{"index": index, **call, kind: {**call[kind], field: ""}}]}
        for part in _parts(call[kind][field]):
            yield {"tool_calls": [{"index": index, kind: {field: part}}]}


def _parts(text: str) -> Iterator[str]:
    for start in range(0, len(text), _PIECE):
        yield text[start : start + _PIECE]
