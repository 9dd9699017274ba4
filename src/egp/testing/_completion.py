"""Completions by the server's model, made from the request alone: the same request has the same answer."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from egp.testing._sample import sample
from egp.testing._text import logprob, text_before, text_of, tokens
from egp.testing._tools import Call, called_tool, custom_tools

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from egp._core.json_types import Object

_EPOCH = 1_735_689_600  # 2025-01-01, the earliest `created`
_MOST_CHOICES = 128
_WITHOUT_EFFECT = {"stream", "stream_options", "store", "metadata"}
_SILENCE = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA="


class Model:
    """The model that answers one request."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body
        essence = {key: value for key, value in body.items() if key not in _WITHOUT_EFFECT}
        self._digest = hashlib.sha256(json.dumps(essence, sort_keys=True).encode()).hexdigest()
        self._created = _EPOCH + int(self._digest[:6], 16)

    def completion(
        self,
        text: str | None = None,
        *,
        tool_calls: Sequence[tuple[str, Any]] | None = None,
        finish_reason: str | None = None,
    ) -> Object:
        """Answer: in the model's own words or with a call of its choice, unless either is given."""
        calls = self._given_calls(tool_calls) if tool_calls is not None else self._own_calls(text)
        count = self._body.get("n")
        choices = [
            self._choice(index, text, calls, finish_reason)
            for index in range(min(count, _MOST_CHOICES) if isinstance(count, int) and count > 0 else 1)
        ]
        return {
            "id": f"chatcmpl-{self._digest[:24]}",
            "object": "chat.completion",
            "created": self._created,
            "model": self._body.get("model", "openai/gpt-4o"),
            "choices": choices,
            "service_tier": "default",
            "system_fingerprint": f"fp_{self._digest[:10]}",
            "usage": self._usage(choices),
        }

    def _own_calls(self, text: str | None) -> list[Call]:
        call = called_tool(self._body) if text is None else None
        return [] if call is None else [call]

    def _given_calls(self, calls: Sequence[tuple[str, Any]]) -> list[Call]:
        customs = custom_tools(self._body)
        return [
            Call(
                kind="custom" if name in customs else "function",
                name=name,
                text=given if isinstance(given, str) else json.dumps(given, ensure_ascii=False),
            )
            for name, given in calls
        ]

    def _choice(
        self, index: int, text: str | None, calls: Sequence[Call], finish_reason: str | None
    ) -> Object:
        if calls:
            message, reason = self._call(index, text, calls)
        elif text is not None:
            message, reason = self._say(text), "stop"
        else:
            message, reason = self._say_own(index)
        spoken = tokens(message["content"] or "")
        listed = {
            "content": [logprob(token, count=self._body.get("top_logprobs") or 0) for token in spoken],
            "refusal": None,
        }
        return {
            "index": index,
            "message": message,
            "logprobs": listed if self._body.get("logprobs") is True else None,
            "finish_reason": finish_reason or reason,
        }

    def _call(self, index: int, text: str | None, calls: Sequence[Call]) -> tuple[Object, str]:
        message: Object = {"role": "assistant", "content": text, "refusal": None}
        if calls[0].kind == "function_call":
            message["function_call"] = calls[0].value()
            return message, "function_call"
        message["tool_calls"] = [
            {"id": f"call_{self._digest[:12]}_{index}_{place}", "type": call.kind, call.kind: call.value()}
            for place, call in enumerate(calls)
        ]
        return message, "tool_calls"

    def _say_own(self, index: int) -> tuple[Object, str]:
        text = text_before(self._body.get("stop"), self._words(index))
        most = self._body.get("max_completion_tokens", self._body.get("max_tokens"))
        pieces = tokens(text)
        if isinstance(most, int) and 0 < most < len(pieces):
            return self._say("".join(pieces[:most])), "length"
        return self._say(text), "stop"

    def _say(self, text: str) -> Object:
        if "audio" not in (self._body.get("modalities") or ()):
            return {"role": "assistant", "content": text, "refusal": None}
        audio = {
            "id": f"audio_{self._digest[:16]}",
            "data": _SILENCE,
            "expires_at": self._created + 3600,
            "transcript": text,
        }
        return {"role": "assistant", "content": None, "refusal": None, "audio": audio}

    def _words(self, index: int) -> str:
        messages: list[Object] = self._body.get("messages") or []
        heard = [message for message in messages if message.get("role") != "assistant"]
        last: Object = heard[-1] if heard else {}
        said = text_of(last.get("content"))
        wanted: Object = self._body.get("response_format") or {}
        if wanted.get("type") == "json_schema":
            schema: Object = wanted["json_schema"].get("schema", {})
            return json.dumps(sample(schema, schema), ensure_ascii=False)
        if wanted.get("type") == "json_object":
            return json.dumps({"you_said": said, "choice": index}, ensure_ascii=False)
        opening = "The tool said:" if last.get("role") in {"tool", "function"} else "You said:"
        return f"{opening} {said}" if index == 0 else f"{opening} {said} (choice {index})"

    def _usage(self, choices: Sequence[Object]) -> Object:
        messages: list[Object] = self._body.get("messages") or []
        asked = sum(len(tokens(text_of(message.get("content")))) for message in messages)
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


def _all_text(message: Object) -> str:
    """Everything in a message that the model had to write."""
    calls: list[Object] = [call[call["type"]] for call in message.get("tool_calls") or ()]
    if "function_call" in message:
        calls.append(message["function_call"])
    written: list[str] = [value for call in calls for value in call.values()]
    if "audio" in message:
        written.append(message["audio"]["transcript"])
    return " ".join([message["content"] or "", *written])
