"""These tests need the extra `tools`; one environment of tox has none of the extras."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest

collect_ignore_glob = [] if find_spec("msgspec") and find_spec("docstring_parser") else ["test_*.py"]

QUESTION = {"role": "user", "content": "What now?"}


class ModalRunner:
    """A runner of either kind, whose methods are called alike."""

    def __init__(self, modal: Any, runner: Any) -> None:
        self._modal = modal
        self.runner = runner

    def final(self) -> Any:
        return self._modal.run(self.runner.final)

    def next(self) -> Any:
        """The next turn; None after the last one."""
        return self._taken(self.runner)

    def _taken(self, iterator: Any) -> Any:
        if hasattr(iterator, "__next__"):
            return next(iterator, None)

        async def following() -> Any:
            return await anext(iterator, None)

        return self._modal.run(following)

    def __iter__(self) -> Any:
        while (turn := self.next()) is not None:
            yield turn

    def events(self, turn: Any) -> Any:
        """The events of a streamed turn."""
        while (event := self._taken(turn.stream)) is not None:
            yield event

    def run_calls(self, turn: Any) -> Any:
        return self._modal.run(turn.run_calls)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.runner, name)


@pytest.fixture
def run_tools(make_client, egp_server):
    """Starts a run of tools against the local server, whose answers the test scripts."""
    modal = make_client(egp_server.url)

    def run(*tools: Any, state: Any = None, **keywords: Any) -> ModalRunner:
        completions = modal.client.chat.completions
        if state is not None:
            return ModalRunner(modal, completions.resume_tools(state, tools=tools, **keywords))
        asked = {"model": "openai/gpt-4o", "messages": [QUESTION], "tools": tools, **keywords}
        return ModalRunner(modal, completions.run_tools(**asked))

    return run
