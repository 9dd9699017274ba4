"""The calls of tools in a message, and what a program decides about them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from attrs import define, field, frozen

from egp._core.json_types import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Decision",
    "Deny",
    "Edit",
    "Stop",
    "ToolCall",
    "arguments_text",
    "calls_of",
    "message_without_calls",
]


@frozen
class Deny:
    """Do not run the call; the model is told the reason."""

    reason: str = "the user declined"


@frozen
class Edit:
    """Run the call with other arguments, checked as the model's are. The model is not told."""

    arguments: Mapping[str, Any]
    """All arguments, by name."""


@frozen
class Stop:
    """End the loop before anything of this turn is run; it can be resumed later."""

    reason: str = "a call waits for approval"


Decision = bool | Deny | Edit | Stop
"""What `approve` returns: True runs the call, False is `Deny()`."""


@define(eq=False)
class ToolCall:
    """A call of a tool that the model makes, and what became of it."""

    id: str
    """The id that its answer names."""
    name: str
    """The name of the tool."""
    arguments_json: str = field(repr=False)
    """The arguments as the model wrote them, or as `approve` edited them."""
    turn: int
    """The number of the model's answer that makes the call, from 1."""
    arguments: dict[str, Any] | None = None
    """The arguments by name, each of the type of its parameter; None where they could not be read."""
    output: str | None = None
    """What the model is told; None while the call has not been made."""
    value: object = field(default=None, repr=False)
    """What the function returned."""
    error: Exception | None = None
    """What the function raised, or what was wrong with the arguments."""
    is_approved: bool = False
    """Whether the call may run."""
    is_started: bool = False
    """Whether the call has begun to run. One that began and has no output was broken off."""

    def as_message(self, otherwise: str) -> dict[str, Any]:
        """Return the message that answers the call; without an output it says `otherwise`."""
        content = otherwise if self.output is None else self.output
        return {"role": "tool", "tool_call_id": self.id, "content": content}

    def to_dict(self) -> dict[str, Any]:
        """Return the call as JSON; what the function returned or raised is in `output` alone."""
        names = ("id", "name", "arguments_json", "turn", "output", "is_approved", "is_started")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> ToolCall:
        """Return the call of what `to_dict` returned."""
        return cls(
            saved["id"],
            saved["name"],
            saved["arguments_json"],
            saved["turn"],
            output=saved["output"],
            is_approved=saved["is_approved"],
            is_started=saved["is_started"],
        )


def calls_of(message: dict[str, Any], turn: int) -> tuple[dict[str, Any], list[ToolCall]]:
    """Return a message of the model as it can be sent back, and the calls in it.

    Each call has an id of its own, where servers leave ids out or use one twice. What is no call is dropped.
    """
    calls: list[ToolCall] = []
    sent: list[dict[str, Any]] = []
    given: Any = message.get("tool_calls")
    pieces = given if is_array(given) else []
    for piece in pieces:
        kind = _kind_of(piece)
        if kind is None:
            continue
        named: dict[str, Any] = piece[kind]
        key = "arguments" if kind == "function" else "input"
        text = arguments_text(named.get(key))
        id_ = _unique(piece.get("id"), {call.id for call in calls}, f"call_{turn}_{len(calls)}")
        sent.append({**piece, "id": id_, "type": kind, kind: {**named, key: text}})
        calls.append(ToolCall(id_, str(named.get("name") or ""), text, turn))
    others = {key: value for key, value in message.items() if key != "tool_calls"}
    if calls:
        return {**others, "role": "assistant", "tool_calls": sent}, calls
    # An answer must have a content, be it empty.
    return {**others, "role": "assistant", "content": _content_of(others)}, []


def message_without_calls(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the message without its calls; nothing where they are all that it has."""
    rest = {key: value for key, value in message.items() if key != "tool_calls"}
    return [rest] if rest.get("content") or rest.get("refusal") else []


def arguments_text(value: Any) -> str:
    """Return arguments as text, where a server sends them as a value or not at all."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value)


def _content_of(message: Mapping[str, Any]) -> Any:
    content = message.get("content")
    return "" if content is None and not message.get("refusal") else content


def _kind_of(piece: Any) -> Literal["function", "custom"] | None:
    if not is_object(piece):
        return None
    if is_object(piece.get("function")):
        return "function"
    return "custom" if is_object(piece.get("custom")) else None


def _unique(id_: Any, taken: set[str], otherwise: str) -> str:
    if isinstance(id_, str) and id_ and id_ not in taken:
        return id_
    while otherwise in taken:
        otherwise += "_"
    return otherwise
