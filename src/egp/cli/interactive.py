"""A conversation on a terminal, line by line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from egp.cli.exit_codes import DONE
from egp.cli.failure import note, report
from egp.errors import EGPError

if TYPE_CHECKING:
    import argparse

    from egp import Client

__all__ = ["converse"]


def converse(
    client: Client,
    namespace: argparse.Namespace,
    model: str,
    messages: list[dict[str, Any]],
    options: dict[str, Any],
) -> int:
    """Ask what is typed until Ctrl-D; Ctrl-C ends an answer. A question that failed is left out."""
    from egp.cli.question import ask, keep, verdict

    history = _History()
    note(f"{model}; Ctrl-D ends, Ctrl-C stops an answer")
    while True:
        try:
            line = input("> ").strip()
        except EOFError:
            sys.stdout.write("\n")
            break
        except KeyboardInterrupt:
            sys.stdout.write("\n")
            continue
        if not line:
            continue
        turn = [*messages, {"role": "user", "content": line}]
        try:
            answer = ask(client, namespace, model, turn, options)
        except KeyboardInterrupt:
            note("stopped; the question is left out")
            continue
        except EGPError as error:
            report(error)
            continue
        verdict(answer)
        messages = [*turn, {"role": "assistant", "content": answer.content or ""}]
        if not namespace.no_save:
            keep(model, messages)
    if not namespace.no_save:
        history.save()
    return DONE


class _History:
    """The lines typed before, where the interpreter has readline."""

    def __init__(self) -> None:
        from egp.cli.conversation import folder

        self._path = folder() / "history"
        try:
            import readline
        except ImportError:
            self._readline = None
            return
        self._readline = readline
        try:
            readline.read_history_file(self._path)
        except OSError:
            readline.clear_history()
        readline.set_history_length(1000)

    def save(self) -> None:
        if self._readline is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path.touch(0o600)
            self._readline.write_history_file(self._path)
        except OSError as error:
            note(f"the lines typed were not kept: {error}")
