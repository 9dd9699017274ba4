"""The last conversation, kept in a file that only its owner may read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

from egp.cli.failure import UsageError, note

__all__ = ["Conversation", "folder", "last", "save"]


class Conversation(NamedTuple):
    """A model and the messages so far."""

    model: str
    messages: list[dict[str, Any]]


def folder() -> Path:
    """Return where the state of the command is: `egp` in `$XDG_STATE_HOME`, by default `~/.local/state`."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "egp"


def last() -> Conversation:
    """Return the last conversation; raise `UsageError` where there is none."""
    path = folder() / "last.json"
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        return Conversation(str(read["model"]), list(read["messages"]))
    except FileNotFoundError:
        raise UsageError("-c: there is no conversation yet to go on with") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"-c: {path} cannot be read: {error}") from None


def save(conversation: Conversation) -> None:
    """Keep the conversation as the last one. A folder that cannot be written to is said, and no failure."""
    path = folder() / "last.json"
    # Its own name: two commands may end at once.
    new = path.with_name(f"last.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as stream:
            json.dump(conversation._asdict(), stream)
        new.replace(path)
    except OSError as error:
        note(f"the conversation was not kept: {error}")
