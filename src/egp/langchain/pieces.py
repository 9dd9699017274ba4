"""The chunks of a stream as LangChain's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from langchain_core.messages import AIMessageChunk
from langchain_core.messages.tool import ToolCallChunk, tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk

from egp._core.accumulate import CallPlace, find_call, has_name
from egp.langchain.answers import last_piece, without_halves

if TYPE_CHECKING:
    from collections.abc import Mapping

    from egp_api.models import ChatCompletion, ChatCompletionChunk

__all__ = ["Pieces"]

# Strings that are said whole, perhaps again and again: LangChain would join them.
_SAID_WHOLE = frozenset(
    {"format", "id", "name", "object", "obfuscation", "role", "signature", "status", "type"}
)


class Pieces:
    """Turns the chunks of one stream into pieces that LangChain adds up to the whole answer.

    Text, calls of functions and vendors' texts (`reasoning_content`) are told as they come. All else is told
    by the last piece, as `CompletionAccumulator` has put it together: LangChain's own sum would join names
    and types, and add numbers.
    """

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._halves: dict[str, str] = {}
        self._streamed: set[str] = set()

    def piece(self, chunk: ChatCompletionChunk) -> ChatGenerationChunk | None:
        """Return what a chunk says of the answer; None where that is nothing yet."""
        choices = cast("list[dict[str, Any]]", chunk.to_dict().get("choices") or [])
        if not choices:
            return None
        delta: dict[str, Any] = choices[0].get("delta") or {}
        content = delta.get("content")
        text = self._text("content", content) if isinstance(content, str) else content or ""
        if text:
            self._streamed.add("content")
        called = cast("list[dict[str, Any]]", delta.get("tool_calls") or [])
        calls = [self._call(call) for call in called if "function" in call]
        others: dict[str, Any] = {}
        for name, value in delta.items():
            if isinstance(value, str) and name not in _SAID_WHOLE and name != "content":
                self._streamed.add(name)
                others[name] = self._text(name, value)
        if not (text or calls or others):
            return None
        message = AIMessageChunk(content=text, tool_call_chunks=calls, additional_kwargs=others)
        return ChatGenerationChunk(message=message)

    def last(self, completion: ChatCompletion) -> ChatGenerationChunk:
        """Return the last piece; `completion` is what the stream adds up to."""
        last = last_piece(completion, self._streamed)
        # Halves whose other half never came.
        message = last.message
        for name, half in self._halves.items():
            if name == "content":
                message.content = without_halves(half)
            elif name in self._streamed:
                message.additional_kwargs[name] = without_halves(half)
        return last

    def _text(self, name: str, text: str) -> str:
        """Return a piece of text without a half of a character at its end, which waits for the other."""
        text = self._halves.pop(name, "") + text
        if "\ud800" <= text[-1:] <= "\udbff":
            self._halves[name] = text[-1]
            text = text[:-1]
        return without_halves(text)

    def _call(self, piece: Mapping[str, Any]) -> ToolCallChunk:
        index, id_ = piece.get("index"), piece.get("id")
        call = find_call(self._calls, index, id_, has_name=has_name(dict(piece)))
        if call is None:
            call = _Call(len(self._calls))
            self._calls.append(call)
        id_is_new = bool(id_) and call.id is None
        call.note(index, id_)
        function = cast("Mapping[str, Any]", piece["function"] or {})
        arguments: Any = function.get("arguments")
        if arguments is not None and not isinstance(arguments, str):
            arguments = json.dumps(arguments, ensure_ascii=False)
        return tool_call_chunk(
            name=call.news_of_name(function.get("name")),
            args=None if arguments is None else self._text(f"arguments of {call.place}", arguments),
            id=id_ if id_is_new else None,
            index=call.place,
        )


class _Call(CallPlace):
    __slots__ = ("name", "place")

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place
        self.name = ""

    def news_of_name(self, name: str | None) -> str | None:
        """Return a piece of the name; None for one that repeats all that came of it."""
        if not name or name == self.name:
            return None
        self.name += name
        return name
