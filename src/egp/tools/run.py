"""One run of tools: all that its two drivers share, which is all but waiting."""

from __future__ import annotations

import json
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import frozen
from egp_api.api.inference import create_chat_completion

from egp._core import json as codec
from egp._core.body import encode_keywords, items_of
from egp._core.json_types import is_object
from egp._core.options import CALL_OPTIONS, STREAM_OPTIONS, seconds_or_none
from egp._core.tool_loop import Limits, Run, ToolLoop
from egp._loading import LOADING
from egp.errors import EGPError, ToolLoopCutError, ToolLoopError, ToolLoopLimitError, ToolLoopStoppedError
from egp.tools.context import ToolContext
from egp.tools.function import Tool
from egp.tools.job import Job
from egp.tools.output import error_text, output_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from egp_api.models import ChatCompletion, CompletionUsage

    from egp._core.tool_calls import ToolCall
    from egp._core.tool_loop import Ask, End, Step

__all__ = ["RunOptions", "ToolRun", "ToolRunResult"]

_ERRORS: dict[str, type[ToolLoopError]] = {
    "length": ToolLoopCutError,
    "content_filter": ToolLoopCutError,
    "stopped": ToolLoopStoppedError,
}
# What is no field of the request, and may hold a secret: it is in no state.
_CALL_OPTIONS = ("extra_headers", "extra_query", "max_retries", *CALL_OPTIONS, *STREAM_OPTIONS)


@frozen
class ToolRunResult:
    """The model's answer, and how it came to it."""

    completion: ChatCompletion
    """The last answer of the model, which calls no tool."""
    messages: list[dict[str, Any]]
    """The conversation, the answer included: send it with the next question."""
    usage: CompletionUsage | None
    """The tokens of all turns together; None where the service reported none."""
    turns: int
    """How often the model answered."""

    @property
    def content(self) -> str | None:
        """The text of the answer; None where there is none."""
        content = self.messages[-1].get("content")
        return content if isinstance(content, str) and content else None


@frozen(kw_only=True)
class RunOptions:
    """What `run_tools()` is asked for beside the fields of the request."""

    approve: Callable[[ToolCall], Any] | None = None
    context: Any = None
    max_turns: int | None = 10
    max_calls: int | None = None
    max_tokens_total: int | None = None


class ToolRun:
    """The tools, the loop and the answers of one run.

    Args:
        keywords: those of `create()`; `deadline` is that of the whole run.
        options: those of `run_tools()`.
        can_await: whether there is an event loop to run coroutines in.
        state: where an earlier run ended, in place of `messages` and the other fields of the request.
    """

    def __init__(
        self,
        keywords: dict[str, Any],
        options: RunOptions,
        *,
        can_await: bool,
        state: Mapping[str, Any] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if keywords.get("n") not in (None, 1):
            raise EGPError("run_tools() follows one answer: n must be 1")
        if not (options.approve is None or callable(options.approve)):
            raise EGPError(f"approve must be a function, got {type(options.approve).__name__}")
        self.options = options
        self._clock = clock
        given = {**keywords}
        deadline = seconds_or_none("deadline", given.pop("deadline", None))
        self._until = None if deadline is None else clock() + deadline
        self.tools, sent = _tools_of(given.pop("tools", None) or (), can_await=can_await)
        """What can be called, by name."""
        self._call_options = {name: given.pop(name) for name in _CALL_OPTIONS if name in given}
        self._fields = _fields_of(given) if state is None else _fields_in(state)
        """The fields of the request, as JSON, that stay the same."""
        self._sent = sent
        self._loop = ToolLoop(
            self._fields.pop("messages", ()),
            self.tools,
            Limits(
                max_turns=options.max_turns,
                max_calls=options.max_calls,
                max_tokens_total=options.max_tokens_total,
                deadline=self._until,
            ),
            tool_choice=self._fields.get("tool_choice"),
            asks_for_approval=options.approve is not None,
        )
        if state is not None:
            self._loop.resume(state)
        self.completion: ChatCompletion | None = None

    # What a program may look at

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The conversation so far, accepted by the service at any time."""
        return self._loop.history()

    @property
    def usage(self) -> CompletionUsage | None:
        """The tokens so far; None where the service reported none."""
        with LOADING:
            from egp_api.models import CompletionUsage

        return None if self._loop.usage is None else CompletionUsage.from_dict(self._loop.usage)

    @property
    def turns(self) -> int:
        """How often the model has answered."""
        return self._loop.turns

    @property
    def state(self) -> dict[str, Any]:
        """Where to go on from, as JSON."""
        saved: dict[str, Any] = _plain({**self._loop.to_dict(), "fields": self._fields})
        return saved

    # What a driver does

    def next_step(self) -> Step:
        """Return what to do next."""
        return self._loop.next_step(self._clock())

    def keywords(self, ask: Ask) -> dict[str, Any]:
        """Return the keywords of `create()` for the next turn."""
        keywords = {**self._fields, **self._call_options, "messages": ask.messages}
        if self._sent:
            keywords["tools"] = self._sent
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
        answer = completion.to_dict()
        # What is no message, or no choice, is read as one that says nothing.
        choice = _object(next(iter(answer.get("choices") or ()), None))
        return self._loop.answered(
            _object(choice.get("message")), choice.get("finish_reason"), answer.get("usage")
        )

    def decided(self, call: ToolCall, decision: Any) -> None:
        """Take what `approve` said of a call, whatever it is."""
        self._loop.decided(call, decision)

    def jobs(self, run: Run) -> list[Job]:
        """Return the calls as jobs, and note that they begin."""
        for call in run.calls:
            self._loop.started(call)
        return [self._job(call) for call in run.calls]

    def _job(self, call: ToolCall) -> Job:
        tool = self.tools[call.name]
        context = ToolContext(self.options.context, call.id, call.turn)
        return Job(partial(tool.call_with, call.arguments or {}, context), tool.is_async)

    def report(self, run: Run, index: int, value: object, error: Exception | None) -> None:
        """Take what a job gave."""
        text = output_text(value) if error is None else error_text(error)
        self._loop.ran(run.calls[index], text, value=value, error=error)

    def result(self) -> ToolRunResult:
        """Return the answer; raise the error of a loop that ended without one."""
        end = self._loop.end
        if end is not None and end.reason != "answer":
            raise self.error(end)
        if end is None or self.completion is None:
            raise EGPError("the run has not ended")
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
    for each in items_of("tools", tools, "functions"):
        if not callable(each):
            sent.append(_checked(each))
            continue
        tool = _tool(each)
        if tool.name in found:
            raise EGPError(f"two tools have the name {tool.name!r}; give one another name: tool(name=…)")
        if tool.is_async and not can_await:
            raise EGPError(f"the tool {tool.name!r} is a coroutine function, which needs an AsyncClient")
        found[tool.name] = tool
        tool.to_dict()  # whose fault is to be found before anything is sent
        sent.append(tool)
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


def _object(value: object) -> dict[str, Any]:
    return value if is_object(value) else {}


def _plain(value: object) -> Any:
    """Return what is sent for a value: models, mappings and iterators become what JSON has."""
    return json.loads(codec.encode(value))


def _fields_of(given: Mapping[str, Any]) -> dict[str, Any]:
    if given.get("messages") is None:
        raise EGPError("run_tools() needs messages: a list of objects")
    fields: dict[str, Any] = json.loads(
        encode_keywords(given, {}, create_chat_completion.OBJECTS, create_chat_completion.LISTS_OF_OBJECTS)
    )
    return fields


def _fields_in(state: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {**state["fields"]}
    except (KeyError, TypeError) as error:
        raise EGPError(f"this is not the state of a run of tools: {error!r}") from None
