"""Answers of the service as LangChain has them: whole ones, and the last piece of a stream."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from langchain_core.messages import AIMessage, AIMessageChunk, InvalidToolCall
from langchain_core.messages.ai import InputTokenDetails, OutputTokenDetails, UsageMetadata
from langchain_core.messages.tool import ToolCall, invalid_tool_call, tool_call
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from egp._core.token_counts import token_counts
from egp.errors import InvalidJSONError
from egp.langchain.messages import PROVIDER, RECEIVED_CALLS, TEXT_ARGUMENT

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from egp_api.models import ChatCompletion

__all__ = ["last_piece", "result_of", "without_halves"]

_MESSAGE_FIELDS = frozenset({"content", "role", "tool_calls"})
_NO_OBJECT = "the arguments are not a JSON object"
_PLAIN_CALL = frozenset({"function", "id", "index", "type"})
# LangChain's names of tokens, and ours.
_INPUT_KINDS = {
    "audio": "input_audio_tokens",
    "cache_read": "cached_tokens",
    "cache_creation": "cache_write_tokens",
}
_OUTPUT_KINDS = {"audio": "output_audio_tokens", "reasoning": "reasoning_tokens"}
_PLAIN_FUNCTION = frozenset({"arguments", "name"})


def result_of(completion: ChatCompletion) -> ChatResult:
    """Return a whole answer: a generation for each choice."""
    payload = completion.to_dict()
    usage: Any = payload.get("usage")
    of_all = _metadata(payload, completion.request_id)
    generations: list[ChatGeneration] = []
    for choice in cast("list[dict[str, Any]]", payload["choices"]):
        said: dict[str, Any] = choice.get("message") or {}
        calls, broken = _calls(said)
        message = AIMessage(
            content=_content(said.get("content")),
            tool_calls=calls,
            invalid_tool_calls=broken,
            additional_kwargs=_others(said),
            response_metadata={**of_all, **_of_choice(choice)},
            # The tokens are those of all choices together: they are counted once.
            usage_metadata=None if generations else usage_metadata(usage),
        )
        generations.append(ChatGeneration(message=message, generation_info=_of_choice(choice)))
    output = {"model_name": payload.get("model"), "token_usage": usage}
    return ChatResult(generations=generations, llm_output=output)


def last_piece(completion: ChatCompletion, streamed: Collection[str]) -> ChatGenerationChunk:
    """Return the last piece of a stream: what is known at its end, and cannot be told in pieces.

    Args:
        completion: what the stream adds up to.
        streamed: the fields of the message that the pieces before have told.

    Raises InvalidJSONError for a call whose arguments cannot be read: LangChain would complete them, and a
    program would run the call with half of them.
    """
    payload = completion.to_dict()
    choices = cast("list[dict[str, Any]]", payload["choices"])
    choice: dict[str, Any] = choices[0] if choices else {}
    said: dict[str, Any] = choice.get("message") or {}
    others = {name: value for name, value in _others(said).items() if name not in streamed}
    for broken in _calls(said)[1]:
        if broken["error"] != _NO_OBJECT:
            raise InvalidJSONError(
                f"the call of {broken['name']} cannot be read: {broken['error']}",
                completion=completion,
                usage=completion.usage,
                content=broken["args"],
            )
    # Functions were told piece by piece.
    calls = cast("list[dict[str, Any]]", said.get("tool_calls") or [])
    custom = [
        {"type": "tool_call_chunk", "index": place, **_custom_piece(call)}
        for place, call in enumerate(calls)
        if "function" not in call and "custom" in call
    ]
    message = AIMessageChunk(
        content="" if "content" in streamed else _content(said.get("content")),
        additional_kwargs=others,
        tool_call_chunks=cast("Any", custom),
        response_metadata={**_metadata(payload, completion.request_id), **_of_choice(choice)},
        usage_metadata=usage_metadata(payload.get("usage")),
        chunk_position="last",
    )
    return ChatGenerationChunk(message=message, generation_info=_of_choice(choice))


def usage_metadata(usage: Any) -> UsageMetadata | None:
    """Return the tokens as LangChain counts them; None where the service reported none."""
    counts = token_counts(usage)
    read, written = counts.get("input_tokens"), counts.get("output_tokens")
    if read is None or written is None:
        return None
    total = usage.get("total_tokens")
    metadata = UsageMetadata(
        input_tokens=read,
        output_tokens=written,
        total_tokens=total if isinstance(total, int) else read + written,
    )
    if known := {kind: counts[name] for kind, name in _INPUT_KINDS.items() if name in counts}:
        metadata["input_token_details"] = cast("InputTokenDetails", known)
    if known := {kind: counts[name] for kind, name in _OUTPUT_KINDS.items() if name in counts}:
        metadata["output_token_details"] = cast("OutputTokenDetails", known)
    return metadata


def without_halves(text: str) -> str:
    """Return the text, with U+FFFD for each half of a surrogate pair, which LangChain's messages refuse."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _metadata(payload: Mapping[str, Any], request_id: str | None) -> dict[str, Any]:
    """Return all that is said of an answer beside its choices, by the names that LangChain has for it."""
    others = {
        name: value
        for name, value in payload.items()
        if value is not None and name not in {"choices", "model", "object", "usage"}
    }
    named = {
        "model_name": payload.get("model"),
        "token_usage": payload.get("usage"),
        "request_id": request_id,
    }
    return {
        "model_provider": PROVIDER,
        **others,
        **{name: value for name, value in named.items() if value is not None},
    }


def _of_choice(choice: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in choice.items()
        if value is not None and name not in {"index", "message"}
    }


def _content(content: Any) -> Any:
    if isinstance(content, str):
        return without_halves(content)
    return "" if content is None else content


def _others(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a message that LangChain has no place for, to be sent back with it."""
    others = {
        name: value for name, value in said.items() if value is not None and name not in _MESSAGE_FIELDS
    }
    calls = cast("list[dict[str, Any]]", said.get("tool_calls") or [])
    if any(not _is_plain(call) for call in calls):
        others[RECEIVED_CALLS] = calls
    return others


def _is_plain(call: Mapping[str, Any]) -> bool:
    function = cast("Mapping[str, Any] | None", call.get("function"))
    return function is not None and call.keys() <= _PLAIN_CALL and function.keys() <= _PLAIN_FUNCTION


def _calls(said: Mapping[str, Any]) -> tuple[list[ToolCall], list[InvalidToolCall]]:
    """Return the calls of tools, and those whose arguments cannot be read."""
    valid: list[ToolCall] = []
    broken: list[InvalidToolCall] = []
    for call in cast("list[dict[str, Any]]", said.get("tool_calls") or []):
        id_: str | None = call.get("id")
        if "function" not in call:
            if "custom" in call:
                custom = _custom_piece(call)
                valid.append(tool_call(name=custom["name"], args=json.loads(custom["args"]), id=id_))
            continue
        name = str(call["function"].get("name") or "")
        arguments: Any = call["function"].get("arguments")
        try:
            # Not strictly: models write line breaks into strings.
            read = (
                json.loads(arguments, strict=False)
                if isinstance(arguments, str) and arguments.strip()
                else arguments
            )
        except ValueError as error:
            broken.append(_broken(name, arguments, id_, f"the arguments are not JSON: {error}"))
            continue
        if isinstance(read, dict) or not read:
            valid.append(tool_call(name=name, args=cast("dict[str, Any]", read or {}), id=id_))
        else:
            broken.append(_broken(name, json.dumps(read), id_, _NO_OBJECT))
    return valid, broken


def _broken(name: str, arguments: str, id_: str | None, error: str) -> InvalidToolCall:
    return invalid_tool_call(name=name, args=without_halves(arguments), id=id_, error=error)


def _custom_piece(call: Mapping[str, Any]) -> dict[str, Any]:
    """Return name, arguments and id of a call of a tool that takes text."""
    custom = cast("Mapping[str, Any]", call["custom"])
    arguments = json.dumps({TEXT_ARGUMENT: custom.get("input", "")})
    return {"name": str(custom.get("name") or ""), "args": arguments, "id": call.get("id")}
