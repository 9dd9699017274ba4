"""The answers of the server's model: made from the request alone, so the same request has the same answer."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from egp.testing._tools import chosen_tool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_EPOCH = 1_735_689_600  # 2025-01-01, the earliest `created`
_NOT_PART_OF_THE_ANSWER = {"stream", "stream_options", "store", "metadata"}
_SILENCE = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA="


class Model:
    """The model that answers one request. Everything is derived from the body."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body
        essence = {key: value for key, value in body.items() if key not in _NOT_PART_OF_THE_ANSWER}
        self._digest = hashlib.sha256(json.dumps(essence, sort_keys=True).encode()).hexdigest()

    def completion(
        self,
        text: str | None = None,
        *,
        tool_calls: Sequence[tuple[str, Any]] | None = None,
        finish_reason: str | None = None,
    ) -> dict[str, Any]:
        """Answer, in the model's own words or in those given."""
        count = self._body.get("n")
        choices = [
            self._choice(index, text, tool_calls, finish_reason)
            for index in range(count if isinstance(count, int) and count > 0 else 1)
        ]
        return {
            "id": f"chatcmpl-{self._digest[:24]}",
            "object": "chat.completion",
            "created": _EPOCH + int(self._digest[24:30], 16),
            "model": self._body.get("model", "openai/gpt-4o"),
            "choices": choices,
            "service_tier": "default",
            "system_fingerprint": f"fp_{self._digest[30:40]}",
            "usage": self._usage(choices),
        }

    def _choice(
        self,
        index: int,
        text: str | None,
        tool_calls: Sequence[tuple[str, Any]] | None,
        finish_reason: str | None,
    ) -> dict[str, Any]:
        if tool_calls is not None or (text is None and self._calls()):
            message, reason = self._call(index, text, tool_calls)
        else:
            message, reason = self._say(self._words(index) if text is None else text, cut=text is None)
        return {
            "index": index,
            "message": message,
            "logprobs": self._logprobs(message["content"]) if self._body.get("logprobs") is True else None,
            "finish_reason": finish_reason or reason,
        }

    def _calls(self) -> bool:
        return chosen_tool(self._body) is not None

    def _call(
        self, index: int, text: str | None, tool_calls: Sequence[tuple[str, Any]] | None
    ) -> tuple[dict[str, Any], str]:
        message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
        chosen = chosen_tool(self._body)
        if tool_calls is None and chosen is not None and chosen.kind == "function_call":
            message["function_call"] = {"name": chosen.name, "arguments": chosen.arguments}
            return message, "function_call"
        if tool_calls is None:
            assert chosen is not None  # noqa: S101  # the caller looked
            calls = [(chosen.kind, chosen.name, chosen.arguments)]
        else:
            customs = _names_of_custom_tools(self._body)
            calls = [
                ("custom" if name in customs else "function", name, value if isinstance(value, str) else json.dumps(value))
                for name, value in tool_calls
            ]
        message["tool_calls"] = [
            {
                "id": f"call_{self._digest[40 : 40 + 12]}{index}{place}",
                "type": kind,
                kind: {"name": name, "input" if kind == "custom" else "arguments": given},
            }
            for place, (kind, name, given) in enumerate(calls)
        ]
        return message, "tool_calls"

    def _say(self, text: str, *, cut: bool) -> tuple[dict[str, Any], str]:
        reason = "stop"
        if cut:
            text = _before_any(text, self._body.get("stop"))
            most = self._body.get("max_completion_tokens", self._body.get("max_tokens"))
            pieces = tokens(text)
            if isinstance(most, int) and len(pieces) > most > 0:
                text, reason = "".join(pieces[:most]), "length"
        message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
        if "audio" in (self._body.get("modalities") or ()):
            message["content"] = None
            message["audio"] = {
                "id": f"audio_{self._digest[:16]}",
                "data": _SILENCE,
                "expires_at": _EPOCH + int(self._digest[24:30], 16) + 3600,
                "transcript": text,
            }
        return message, reason

    def _words(self, index: int) -> str:
        wanted = self._body.get("response_format")
        kind = wanted.get("type") if isinstance(wanted, dict) else None
        messages = self._body.get("messages") or [{}]
        last = next((one for one in reversed(messages) if one.get("role") != "assistant"), {})
        said = text_of(last.get("content"))
        if kind == "json_schema":
            from egp.testing._sample import sample

            schema = wanted["json_schema"].get("schema", {}) if wanted is not None else {}
            return json.dumps(sample(schema, schema), ensure_ascii=False)
        if kind == "json_object":
            return json.dumps({"you_said": said, "choice": index}, ensure_ascii=False)
        opening = "The tool said:" if last.get("role") in {"tool", "function"} else "You said:"
        return f"{opening} {said}" if index == 0 else f"{opening} {said} (choice {index})"

    def _logprobs(self, text: str | None) -> dict[str, Any]:
        count = self._body.get("top_logprobs") or 0
        return {"content": [_logprob(token, count) for token in tokens(text or "")], "refusal": None}

    def _usage(self, choices: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        asked = sum(len(tokens(text_of(message.get("content")))) for message in self._body.get("messages", ()))
        said = sum(len(tokens(_all_text(choice["message"]))) for choice in choices)
        return {
            "prompt_tokens": asked,
            "completion_tokens": said,
            "total_tokens": asked + said,
            "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 0},
            "completion_tokens_details": {
                "accepted_prediction_tokens": 0,
                "audio_tokens": 0,
                "reasoning_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        }


def tokens(text: str) -> list[str]:
    """Split a text into the server's tokens: words, each with the white space before it."""
    return re.findall(r"\s*\S+|\s+$", text)


def text_of(content: Any) -> str:
    """Read a message's content as text; parts that are not text appear as their type in brackets."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return " ".join(
        str(part["text"]) if "text" in part else f"[{part.get('type', 'part')}]" for part in content if isinstance(part, dict)
    )


def _logprob(token: str, count: int) -> dict[str, Any]:
    ranked = [token, *(f"{token}{rank}" for rank in range(1, count))][:count]
    likelihood = {"token": token, "logprob": _likelihood(token), "bytes": _bytes(token)}
    return {
        **likelihood,
        "top_logprobs": [
            {"token": one, "logprob": _likelihood(token) - rank, "bytes": _bytes(one)} for rank, one in enumerate(ranked)
        ],
    }


def _likelihood(token: str) -> float:
    return -hashlib.sha256(_bytes_of(token)).digest()[0] / 256


def _bytes(token: str) -> list[int]:
    return list(_bytes_of(token))


def _bytes_of(token: str) -> bytes:
    return token.encode(errors="replace")


def _before_any(text: str, stop: Any) -> str:
    for sequence in [stop] if isinstance(stop, str) else stop or ():
        if sequence:
            text = text.partition(sequence)[0]
    return text


def _all_text(message: Mapping[str, Any]) -> str:
    calls = [call.get(call["type"], {}) for call in message.get("tool_calls") or ()]
    if message.get("function_call"):
        calls.append(message["function_call"])
    called = [str(value) for call in calls for value in call.values()]
    return " ".join([message.get("content") or (message.get("audio") or {}).get("transcript", ""), *called])


def _names_of_custom_tools(body: Mapping[str, Any]) -> set[str]:
    return {tool["custom"]["name"] for tool in body.get("tools") or () if tool.get("type") == "custom"}
