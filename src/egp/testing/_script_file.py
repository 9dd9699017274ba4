"""Scripted answers in a file: a YAML or JSON list, one answer each.

- reply: Paris
- fail: 429
  headers: {retry-after: "1"}
  times: 2
- stream: ["…", "[DONE]"]
  end: close
- drop: reset
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from egp._core.json_types import is_array, is_object

if TYPE_CHECKING:
    from egp.testing._scripting import Scripting

_VERBS = ("reply", "stream", "fail", "drop")


def load_script(path: Path | str, server: Scripting) -> None:
    """Queue the answers of a script file. Its keywords are those of the methods `reply`, `stream` and `fail`.

    Raises:
        ValueError: The file is no such list; the message says which entry is wrong.
    """
    try:
        entries: Any = yaml.safe_load(Path(path).read_bytes())
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is neither YAML nor JSON: {error}") from error
    if not is_array(entries):
        raise ValueError(f"{path} must be a list of answers, such as `- reply: Hello`")
    for number, entry in enumerate(entries, 1):
        try:
            _queue(entry, server)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path}, answer {number}: {error}") from error


def _queue(entry: Any, server: Scripting) -> None:
    verbs = [verb for verb in _VERBS if is_object(entry) and verb in entry]
    if len(verbs) != 1:
        raise ValueError(f"needs exactly one of {', '.join(_VERBS)}")
    keywords = {name: value for name, value in entry.items() if name != verbs[0]}
    if verbs[0] == "drop":
        server.drop(reset=entry["drop"] == "reset", **keywords)
        return
    method = getattr(server, verbs[0])
    inspect.signature(method).bind(entry[verbs[0]], **keywords)
    method(entry[verbs[0]], **keywords)
