# Made by scripts/unasync from src/egp/_async/run_tools.py: edit that file, then run the script.
"""`chat.completions.run_tools`: functions that the model calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from egp._loading import LOADING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Unpack

    from egp_api.types import JSONObject

    from egp._options import StreamCallOptions, StreamParseOptions
    from egp._sync.session import Session
    from egp._sync.tool_runner import ToolRunner
    from egp.tools.jobs import Approve

    # Functions, best made into tools by egp.tool, and tools of the vendor's own, which it runs itself.
    Runnable = Callable[..., Any] | Mapping[str, object] | JSONObject[Any]

__all__ = ["ToolRunning"]


class ToolRunning:
    """The methods `run_tools` and `resume_tools` of `client.chat.completions`."""

    __slots__ = ()

    _session: Session

    def run_tools(
        self,
        *,
        tools: Iterable[Runnable],
        approve: Approve | None = None,
        context: object = None,
        max_turns: int | None = 10,
        max_calls: int | None = None,
        max_tokens_total: int | None = None,
        stream: bool | None = None,
        response_format: Mapping[str, object] | JSONObject[Any] | None = None,
        **keywords: Unpack[StreamParseOptions],
    ) -> ToolRunner:
        """Ask a model and run the tools that it calls, until it answers. Needs the extra `tools`.

        `run_tools(…).final()` returns the answer; iterate over the run for its turns. The other keywords are
        those of `create`; `deadline` is that of the whole run.

        Args:
            tools: functions, best made with `egp.tool`, and tools that the vendor runs itself.
            approve: decides upon each call before any of its turn runs: it returns True or False, or a
                `Deny`, `Edit` or `Stop` of `egp.tools`.
            context: what tools get as the value of their `ToolContext`.
            max_turns: how often the model may answer, 10 times by default; None is no limit.
            max_calls: how many calls may be run; None is no limit.
            max_tokens_total: how many tokens may be used up before the last answer; None is no limit.
            stream: whether each turn has its events.
            response_format: as `create` takes it.

        Raises:
            EGPError: a tool has no schema, or cannot be run; nothing was sent. `final` lists what the run
                itself raises.
        """
        # Imported here: few programs need it.
        with LOADING:
            from egp._requests import check_beside_create
            from egp._sync.tool_runner import ToolRunner
            from egp.tools.run import RunOptions

        fields: dict[str, Any] = {**cast("dict[str, Any]", keywords), "tools": tools}
        check_beside_create(self.run_tools, fields)
        if response_format is not None:
            fields["response_format"] = response_format
        options = RunOptions(
            approve=approve,
            context=context,
            max_turns=max_turns,
            max_calls=max_calls,
            max_tokens_total=max_tokens_total,
        )
        return ToolRunner(self._session, fields, options, stream=stream)

    def resume_tools(
        self,
        state: Mapping[str, Any],
        *,
        tools: Iterable[Runnable],
        approve: Approve | None = None,
        context: object = None,
        max_turns: int | None = 10,
        max_calls: int | None = None,
        max_tokens_total: int | None = None,
        stream: bool | None = None,
        **options: Unpack[StreamCallOptions],
    ) -> ToolRunner:
        """Go on from the `state` of a run that ended early: at a limit, by `Stop`, by an error.

        The fields of the request are in the state. Tools, limits and the options of calls are given anew, as
        `run_tools` takes them. Limits count what was before, too.

        Raises:
            EGPError: this is no state of a run; or as `run_tools` raises it.
        """
        # Imported here: few programs need it.
        with LOADING:
            from egp._requests import check_beside_create
            from egp._sync.tool_runner import ToolRunner
            from egp.tools.run import RunOptions

        check_beside_create(self.resume_tools, options, takes_fields=False)
        fields: dict[str, Any] = {**cast("dict[str, Any]", options), "tools": tools}
        run_options = RunOptions(
            approve=approve,
            context=context,
            max_turns=max_turns,
            max_calls=max_calls,
            max_tokens_total=max_tokens_total,
        )
        return ToolRunner(self._session, fields, run_options, stream=stream, state=state)
