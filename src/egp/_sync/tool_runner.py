# Made by scripts/unasync from src/egp/_async/tool_runner.py: edit that file, then run the script.
"""The loop of tools: `client.chat.completions.run_tools(…)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from egp._core.instrumentation import telemetry_of
from egp._core.tool_loop import Ask, Decide, End, Run
from egp._sync.event_stream import ChatCompletionStream
from egp.errors import APIError, APITimeoutError, EGPError
from egp.structured.output import OutputReader
from egp.tools.jobs import CAN_AWAIT, run_jobs, settled
from egp.tools.run import ToolRun

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from egp_api.models import ChatCompletion, CompletionUsage

    from egp._core.tool_calls import ToolCall
    from egp._sync.session import Session
    from egp.tools.run import RunOptions, ToolRunResult

__all__ = ["ToolRunner", "Turn"]


class Turn:
    """One answer of the model, and the calls of tools in it."""

    def __init__(self, runner: ToolRunner, stream: ChatCompletionStream[Any] | None) -> None:
        self._runner = runner
        self._stream = stream
        self._completion: ChatCompletion | None = None
        self.number: int = runner.turns + 1
        """1 for the first."""
        self.calls: list[ToolCall] = []
        """The calls that the answer makes; their `output` is there once they have run."""

    @property
    def stream(self) -> ChatCompletionStream[Any]:
        """The events of the answer, with `stream=True`. What is left of them is read before the calls run."""
        if self._stream is None:
            raise EGPError("the turn is not streamed: run_tools(stream=True) gives turns that are")
        return self._stream

    @property
    def completion(self) -> ChatCompletion:
        """The whole answer. A streamed one is there when its stream has been read."""
        if self._completion is None:
            raise EGPError("the answer is still arriving: read `stream`, or take the next turn")
        return self._completion

    def run_calls(self) -> list[ToolCall]:
        """Run the calls now, and not when the next turn is taken; return them with their outputs."""
        self._runner.finish_turn()
        return self.calls

    def complete(self) -> None:
        """Take the whole answer into the conversation, once; nothing of a stream that has failed."""
        # The program that read it has had its error: the request is tried again.
        if self._completion is None and self.stream.raw.failure is None:
            # Not read as types: what the model gets wrong is told to it.
            stream = self.stream.until_done()
            self.take(stream.raw.get_final_completion())

    def take(self, completion: ChatCompletion) -> None:
        """Take the answer into the conversation."""
        self._completion = completion
        self.calls = self._runner.run.answered(completion)

    def close(self) -> None:
        """Free the connection of a stream."""
        if self._stream is not None:
            self._stream.close()


class ToolRunner:
    """Ask the model and run the tools that it calls, until it answers.

    Iterate over it for the turns, or take the end with `final()`. Whatever ends it, `messages` is a
    conversation that the service accepts. After an error of a request, `final()` or the next turn tries that
    request again; no call is ever run twice.
    """

    def __init__(
        self,
        session: Session,
        keywords: dict[str, Any],
        options: RunOptions,
        *,
        stream: bool | None,
        state: Mapping[str, Any] | None = None,
    ) -> None:
        self._session = session
        self._is_streamed = bool(stream)
        self._turn: Turn | None = None
        self.run = ToolRun(keywords, options, can_await=CAN_AWAIT, state=state)
        """The state of the loop."""

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The conversation so far. A call that has not been made is answered with the reason."""
        return self.run.messages

    @property
    def usage(self) -> CompletionUsage | None:
        """The tokens of all turns so far; None where the service reported none."""
        return self.run.usage

    @property
    def turns(self) -> int:
        """How often the model has answered."""
        return self.run.turns

    @property
    def state(self) -> dict[str, Any]:
        """The state of the run, as JSON, from which `resume_tools` goes on."""
        return self.run.state

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Turn:
        step = self._next_ask()
        if isinstance(step, End):
            self.run.result()
            raise StopIteration
        try:
            self._turn = self._ask(step)
        except APIError as error:
            raise self._ended_by(error) from error.__cause__
        return self._turn

    def final(self) -> ToolRunResult:
        """Go on to the end; return the answer with the conversation and the tokens.

        Raises:
            ToolLoopError: it ended without an answer: at a limit, by a cut, or stopped by `approve`.
            APIError: a request failed; its `messages` has the conversation.
        """
        for _ in self:
            pass
        return self.run.result()

    def finish_turn(self) -> None:
        """Read the answer to its end, and run its calls."""
        self._next_ask()

    def _next_ask(self) -> Ask | End:
        if self._turn is not None:
            turn, self._turn = self._turn, None
            try:
                turn.complete()
            except APIError as error:
                raise self._ended_by(error) from error.__cause__
        while True:
            step = self.run.next_step()
            if isinstance(step, (Ask, End)):
                return step
            if isinstance(step, Decide):
                self._decide(step.call)
            else:
                self._run_calls(step)

    def _ask(self, ask: Ask) -> Turn:
        keywords = self.run.keywords(ask)
        if self._is_streamed:
            keywords.setdefault("stream_options", {"include_usage": True})
            reader = OutputReader[None](None, self.run.tools)
            stream = ChatCompletionStream(self._session, keywords, reader=reader)
            return Turn(self, stream.__enter__())
        turn = Turn(self, None)
        turn.take((self._session.calls.create(None, keywords)).parse())
        return turn

    def _decide(self, call: ToolCall) -> None:
        approve = self.run.options.approve
        self.run.decided(call, True if approve is None else settled(approve(call)))

    def _run_calls(self, run: Run) -> None:
        def report(index: int, value: object, error: Exception | None) -> None:
            self.run.report(run, index, value, error)

        jobs = self.run.jobs(run)
        telemetry = telemetry_of(self._session.settings)
        if telemetry is not None:
            jobs = telemetry.traced_jobs(run.calls, jobs)
        run_jobs(jobs, report, self.run.seconds_left())

    def _ended_by(self, error: APIError) -> EGPError:
        if isinstance(error, APITimeoutError) and self.run.is_late():
            step = self.run.next_step()
            if isinstance(step, End):
                return self.run.error(step)
        error.messages = self.run.messages
        return error

    def close(self) -> None:
        """Free the connection of a stream that is not read to its end."""
        if self._turn is not None:
            self._turn.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
