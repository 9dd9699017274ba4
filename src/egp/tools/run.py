"""One run of tools: all that its two drivers share, which is all but waiting."""

from __future__ import annotations

import json
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import frozen

from egp._core import json as codec
from egp._core.json_types import is_object
from egp._core.tool_loop import Limits, Run, ToolLoop
from egp.errors import EGPError, ToolLoopCutError, ToolLoopError, ToolLoopLimitError, ToolLoopStoppedError
from egp.tools.context import ToolContext
from egp.tools.function import Tool
from egp.tools.job import Job
from egp.tools.output import error_text, output_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from egp_api.models import ChatCompletion, CompletionUsage

    from egp._core.tool_calls import Decision, ToolCall
    from egp._core.tool_loop import Ask, End, Step

__all__ = ["ToolRun", "ToolRunResult"]

_ERRORS: dict[str, type[ToolLoopError]] = {
    "length": ToolLoopCutError,
    "content_filter": ToolLoopCutError,
    "stopped": ToolLoopStoppedError,
}
_LIMITS = ("max_turns", "max_calls", "max_tokens_total")


@frozen
class ToolRunResult:
    """The model's answer, and how it came to it."""

    completion: ChatCompletion
    """The last answer of the model, which calls no tool."""
    messages: list[dict[str, Any]]
    """The conversation, the answer included: send it with the next question."""
    usage: CompletionUsage | None
    """The tokens of all turns together; None where the service did not say."""
    turns: int
    """How often the model answered."""

    @property
    def content(self) -> str | None:
        """The text of the answer; None where there is none."""
        content = self.completion.choices[0].message.content
        return content if isinstance(content, str) else None


class ToolRun:
    """The tools, the loop and the answers of one run.

    Args:
        keywords: those of `create()`, and the options of `run_tools()`.
        can_await: whether there is an event loop to run coroutines in.
    """

    def __init__(
        self,
        keywords: dict[str, Any],
        *,
        can_await: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        given = {**keywords}
        deadline, resume = given.pop("deadline", None), given.pop("resume", None)
        self.approve: Callable[[ToolCall], Any] | None = given.pop("approve", None)
        """Decides upon each call before it runs."""
        self._context = given.pop("context", None)
        self._clock = clock
        self._until = None if deadline is None else clock() + deadline
        limits = {name: given.pop(name) for name in _LIMITS if name in given}
        if given.get("n") not in (None, 1):
            raise EGPError("run_tools() follows one answer: n must be 1")
        self._tools, sent = _tools_of(given.pop("tools", None) or (), can_await=can_await)
        messages = _messages_of(given.pop("messages", None), resume)
        tool_choice = _plain(given.pop("tool_choice", None))
        self._keywords = {**given, "tools": sent} if sent else given
        self._loop = ToolLoop(
            messages,
            self._tools,
            Limits(deadline=self._until, **limits),
            tool_choice=tool_choice,
            asks_for_approval=self.approve is not None,
        )
        if resume is not None:
            self._loop.resume(resume)
        self.completion: ChatCompletion | None = None

    # What a program may look at

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The conversation so far, accepted by the service at any time."""
        return self._loop.history()

    @property
    def usage(self) -> CompletionUsage | None:
        """The tokens so far; None where the service did not say."""
        from egp_api.models import CompletionUsage

        return None if self._loop.usage is None else CompletionUsage.from_dict(self._loop.usage)

    @property
    def turns(self) -> int:
        """How often the model has answered."""
        return self._loop.turns

    @property
    def state(self) -> dict[str, Any]:
        """Where to go on from, as JSON."""
        saved: dict[str, Any] = json.loads(codec.encode(self._loop.to_dict()))
        return saved

    @property
    def calls(self) -> list[ToolCall]:
        """The calls of the last answer."""
        return self._loop.calls

    # What a driver does

    def next_step(self) -> Step:
        """Return what to do next."""
        return self._loop.next_step(self._clock())

    def keywords(self, ask: Ask) -> dict[str, Any]:
        """Return the keywords of `create()` for the next turn."""
        keywords = {**self._keywords, "messages": ask.messages}
        if ask.tool_choice is not None:
            keywords["tool_choice"] = ask.tool_choice
        if self._until is not None:
            keywords["deadline"] = self.seconds_left()
        return keywords

    def seconds_left(self) -> float | None:
        """Return the seconds until the deadline, a little above zero at least; None where there is none."""
        return None if self._until is None else max(0.001, self._until - self._clock())

    def is_late(self) -> bool:
        """Return whether the deadline has passed."""
        return self._until is not None and self._clock() >= self._until

    def answered(self, completion: ChatCompletion) -> list[ToolCall]:
        """Take the model's answer; return the calls in it."""
        self.completion = completion
        choice = completion.choices[0]
        usage = completion.to_dict().get("usage")
        return self._loop.answered(choice.message.to_dict(), choice.finish_reason or None, usage)

    def decided(self, call: ToolCall, decision: Decision) -> None:
        """Take what `approve` said of a call."""
        self._loop.decided(call, decision)

    def jobs(self, run: Run) -> list[Job]:
        """Return the calls as jobs, and note that they begin."""
        for call in run.calls:
            self._loop.started(call)
        return [self._job(call) for call in run.calls]

    def _job(self, call: ToolCall) -> Job:
        tool = self._tools[call.name]
        context = ToolContext(self._context, call.id, call.turn)
        return Job(partial(tool.call_with, call.arguments or {}, context), tool.is_async)

    def report(self, run: Run, index: int, value: object, error: Exception | None) -> None:
        """Take what a job gave."""
        text = output_text(value) if error is None else error_text(error)
        self._loop.ran(run.calls[index], text, value=value, error=error)

    def result(self) -> ToolRunResult:
        """Return the answer; raise the error of a loop that ended without one."""
        end = self._loop.end
        if end is None or self.completion is None:
            raise EGPError("the run has not ended")
        if end.reason != "answer":
            raise self.error(end)
        return ToolRunResult(self.completion, self.messages, self.usage, self.turns)

    def error(self, end: End) -> ToolLoopError:
        """Return the error for an ending without an answer."""
        return _ERRORS.get(end.reason, ToolLoopLimitError)(
            end.message,
            reason=end.reason,
            completion=self.completion,
            messages=self.messages,
            usage=self.usage,
            turns=self.turns,
            state=self.state,
        )


def _tools_of(tools: Iterable[Any], *, can_await: bool) -> tuple[dict[str, Tool[..., Any]], list[Any]]:
    """Return the tools by name, and all that is sent: what is no function may be a tool of the vendor's."""
    found: dict[str, Tool[..., Any]] = {}
    sent: list[Any] = []
    for each in tools:
        if not callable(each):
            sent.append(_checked(each))
            continue
        tool = _tool(each)
        if tool.name in found:
            raise EGPError(f"two tools have the name {tool.name!r}; give one another name: tool(name=…)")
        if tool.is_async and not can_await:
            raise EGPError(f"the tool {tool.name!r} is a coroutine function, which needs an AsyncClient")
        found[tool.name] = tool
        sent.append(tool.to_dict())
    return found, sent


def _tool(value: Any) -> Tool[..., Any]:
    if isinstance(value, Tool):
        return value  # pyright: ignore[reportUnknownVariableType]  # of whatever parameters
    if isinstance(value, type):
        raise EGPError(f"run_tools() runs functions, and {value.__name__} is a class; parse() takes types")
    return Tool(value)


def _checked(tool: Any) -> Any:
    plain = _plain(tool)
    if is_object(plain) and plain.get("type") in ("function", "custom"):
        named: Any = plain.get(plain["type"])
        name = named.get("name") if is_object(named) else None
        raise EGPError(f"run_tools() cannot run the tool {name!r}: give the function in its place")
    return plain


def _plain(value: object) -> Any:
    """Return what is sent for a value: models, mappings and iterators become what JSON has."""
    return json.loads(codec.encode(value))


def _messages_of(given: object, resume: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    if (given is None) == (resume is None):
        raise EGPError("run_tools() takes either messages=… or resume=…")
    messages: list[dict[str, Any]] = [] if given is None else _plain(given)
    return messages
