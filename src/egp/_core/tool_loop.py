"""The loop of tools, without any I/O: what to ask, which calls to run, and how it ended.

A driver takes `next_step()` again and again, does what it says, and reports with `answered`, `decided` or
`ran`. Between any two steps the state is JSON, and `history()` is a conversation that the service accepts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

from attrs import define, frozen

from egp._core import json
from egp._core.json_types import is_integer, is_object
from egp._core.token_counts import add_usage
from egp._core.tool_calls import Deny, Edit, Stop, ToolCall, calls_of, message_without_calls
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from egp._core.tool_calls import Decision

__all__ = ["Ask", "Decide", "End", "Limits", "Run", "Step", "ToolLoop"]

_CUT = frozenset({"length", "content_filter"})

_BROKEN_OFF = "The tool was broken off before it ended. What it has done until then is not known."

EndReason = Literal[
    "answer", "max_turns", "max_calls", "max_tokens_total", "deadline", "length", "content_filter", "stopped"
]


class Readable(Protocol):
    """What the loop knows of a tool."""

    def decode(self, text: str) -> dict[str, Any]:
        """Return the arguments by name; raise an EGPError that the model can read."""
        ...


@frozen(kw_only=True)
class Limits:
    """Bounds of a loop; None is no bound. Those that are reached end it before the next calls are run."""

    max_turns: int | None = 10
    max_calls: int | None = None
    max_tokens_total: int | None = None
    deadline: float | None = None
    """The instant, by the driver's clock."""

    def __attrs_post_init__(self) -> None:
        for name in ("max_turns", "max_calls", "max_tokens_total"):
            value = getattr(self, name)
            if value is not None and not (is_integer(value) and value >= 1):
                raise EGPError(f"{name} must be an integer >= 1 or None, got {value!r}")


@frozen
class Ask:
    """Send the conversation to the model; report with `answered`."""

    messages: list[dict[str, Any]]
    tool_choice: Any
    """The `tool_choice` to send; None sends none."""


@frozen
class Decide:
    """Ask the program about a call; report with `decided`."""

    call: ToolCall


@frozen
class Run:
    """Run these calls, best all at once; report each with `ran`."""

    calls: list[ToolCall]


@frozen
class End:
    """The loop is over."""

    reason: EndReason
    message: str


Step = Ask | Decide | Run | End


@define(kw_only=True)
class _State:
    messages: list[dict[str, Any]]
    calls: list[ToolCall]
    """Those of the last message that have not all been answered."""
    turns: int = 0
    calls_made: int = 0
    usage: dict[str, Any] | None = None


class ToolLoop:
    """The state of one loop, and its next step.

    Args:
        messages: the conversation so far, as JSON.
        tools: what can be called, by name.
        limits: when to end early.
        tool_choice: what the program asked for. What forces a call does so for one turn: the model could
            never answer otherwise.
        asks_for_approval: whether each call is decided upon before it runs.
    """

    def __init__(
        self,
        messages: Sequence[dict[str, Any]],
        tools: Mapping[str, Readable],
        limits: Limits,
        *,
        tool_choice: Any = None,
        asks_for_approval: bool = False,
    ) -> None:
        self._tools = tools
        self._limits = limits
        self._tool_choice = tool_choice
        self._asks_for_approval = asks_for_approval
        self._state = _State(messages=[*messages], calls=[])
        self._end: End | None = None

    @property
    def turns(self) -> int:
        """How often the model has answered."""
        return self._state.turns

    @property
    def calls(self) -> list[ToolCall]:
        """The calls of the last answer that are still to be made, decided upon or told to the model."""
        return [*self._state.calls]

    @property
    def usage(self) -> dict[str, Any] | None:
        """The tokens of all answers together, as JSON; None where the service gave none."""
        return self._state.usage

    @property
    def end(self) -> End | None:
        """How the loop ended; None while it goes on."""
        return self._end

    # Steps

    def next_step(self, now: float) -> Step:
        """Return what to do next. It stays the same until something is reported."""
        if self._end is not None:
            return self._end
        if self._limits.deadline is not None and now >= self._limits.deadline:
            return self.stop("deadline", "the deadline of the tool loop has passed")
        if self._state.calls:
            step = self._step_of_calls()
            if step is not None:
                return step
            self._state.messages = self.history()
            self._state.calls = []
        return Ask([*self._state.messages], self._choice())

    def _step_of_calls(self) -> Step | None:
        for call in self._state.calls:
            if call.is_started and call.output is None:
                # Nobody knows what it did, so it is not run again.
                call.output = _BROKEN_OFF
        calls = [call for call in self._state.calls if call.output is None]
        for call in calls:
            if not call.is_approved:
                if self._asks_for_approval:
                    return Decide(call)
                call.is_approved = True
        return Run(calls) if calls else None

    def _choice(self) -> Any:
        return self._tool_choice if self._state.turns == 0 else unforced(self._tool_choice)

    # Reports

    def answered(self, message: dict[str, Any], finish_reason: Any, usage: Any) -> list[ToolCall]:
        """Take the answer of the model, as JSON; return the calls that it makes."""
        state = self._state
        state.turns += 1
        state.usage = add_usage(state.usage, usage)
        message, calls = calls_of(message, state.turns)
        if calls and isinstance(finish_reason, str) and finish_reason in _CUT:
            # The arguments may be half of what the model meant: nothing of it is run, or told to the model.
            state.messages.extend(message_without_calls(message))
            self._end = End(
                "length" if finish_reason == "length" else "content_filter",
                f"the model's answer was cut ({finish_reason}) while it called tools; none of them was run",
            )
            return []
        state.messages.append(message)
        if not calls:
            self._end = End("answer", "the model has answered")
            return []
        state.calls = calls
        for call in calls:
            self._read(call)
        state.calls_made += len(calls)
        self._check_limits()
        return [*calls]

    def _read(self, call: ToolCall) -> None:
        tool = self._tools.get(call.name)
        if tool is None:
            known = ", ".join(sorted(self._tools)) or "none"
            call.output = f"There is no tool {call.name!r}. The tools are: {known}."
            return
        try:
            call.arguments = tool.decode(call.arguments_json)
        except EGPError as error:
            call.error = error
            call.output = f"The tool was not run, because its arguments are wrong: {error.message}"

    def decided(self, call: ToolCall, decision: Decision) -> None:
        """Take the program's decision upon a call."""
        if decision is True:
            call.is_approved = True
        elif decision is False:
            self.decided(call, Deny())
        elif isinstance(decision, Deny):
            call.output = f"The call was not allowed: {decision.reason}"
        elif isinstance(decision, Edit):
            edited = json.encode(dict(decision.arguments)).decode()
            call.arguments = self._tools[call.name].decode(edited)
            call.arguments_json, call.is_approved = edited, True
        elif isinstance(decision, Stop):  # pyright: ignore[reportUnnecessaryIsInstance]  # from the program
            self._end = End("stopped", f"the loop was stopped: {decision.reason}")
        else:
            raise EGPError(
                f"approve must return True, False, Deny(…), Edit(…) or Stop(…), got {type(decision).__name__}"
            )

    @staticmethod
    def started(call: ToolCall) -> None:
        """Take note that a call begins to run. From here on it is never run again."""
        call.is_started = True

    @staticmethod
    def ran(call: ToolCall, output: str, *, value: object = None, error: Exception | None = None) -> None:
        """Take what a call gave: the text for the model, and what it was made of."""
        call.output, call.value, call.error = output, value, error

    def stop(self, reason: EndReason, message: str) -> End:
        """End the loop before its next step."""
        self._end = End(reason, message)
        return self._end

    def _check_limits(self) -> None:
        limits, state = self._limits, self._state
        tokens = (state.usage or {}).get("total_tokens") or 0
        reached: tuple[tuple[EndReason, int | None, bool], ...] = (
            ("max_turns", limits.max_turns, state.turns >= (limits.max_turns or 0)),
            ("max_calls", limits.max_calls, state.calls_made > (limits.max_calls or 0)),
            ("max_tokens_total", limits.max_tokens_total, tokens >= (limits.max_tokens_total or 0)),
        )
        for name, limit, is_reached in reached:
            if limit is not None and is_reached:
                self.stop(name, f"{name}={limit} is reached, and the model calls more tools")
                return

    # The conversation

    def history(self) -> list[dict[str, Any]]:
        """Return the conversation, with an answer for each call: its output, or that it was not run."""
        why = "The tool was not run." if self._end is None else f"The tool was not run: {self._end.message}."
        return [
            *self._state.messages,
            *(call.as_message(_BROKEN_OFF if call.is_started else why) for call in self._state.calls),
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the state as JSON, to go on from with `resume`."""
        state = self._state
        return {
            "messages": state.messages,
            "calls": [call.to_dict() for call in state.calls],
            "turns": state.turns,
            "calls_made": state.calls_made,
            "usage": state.usage,
        }

    def resume(self, saved: Mapping[str, Any]) -> None:
        """Go on from what `to_dict` returned.

        Raises:
            EGPError: it is nothing of the kind.
        """
        try:
            calls = [ToolCall.from_dict(call) for call in saved["calls"]]
            self._state = _State(
                messages=[*saved["messages"]],
                calls=calls,
                turns=saved["turns"],
                calls_made=saved["calls_made"],
                usage=saved["usage"],
            )
        except (KeyError, TypeError) as error:
            raise EGPError(f"this is not the state of a tool loop: {error!r}") from None
        for call in calls:
            if call.output is None:
                self._read(call)
        if calls:
            self._check_limits()


def unforced(tool_choice: Any) -> Any:
    """Return a `tool_choice` that leaves the model the choice to call no tool."""
    if tool_choice == "required":
        return "auto"
    if is_object(tool_choice):
        allowed = tool_choice.get("allowed_tools")
        if is_object(allowed):
            return {**tool_choice, "allowed_tools": {**allowed, "mode": "auto"}}
        return "auto"
    return tool_choice
