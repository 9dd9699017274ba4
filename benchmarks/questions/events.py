"""What do the events of a stream cost over the chunks that they are made of?"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from typing import Any

from benchmarks.question import Row

# 64 bytes a chunk: 16,386 chunks carry a megabyte of arguments.
ROWS = (
    Row(
        "events of a text",
        "text/burst-1000-1",
        "chunk",
        1.3,
        figure="ratio",
        fresh=True,
        clients=("egp", "openai"),
        meaning="What the helper adds to a loop over the chunks.",
    ),
    Row(
        "events of a text with a type",
        "typed/json-1000",
        "chunk",
        1.5,
        figure="ratio",
        fresh=True,
        clients=("fast", "openai"),
        meaning="The same where the answer is to be a value of a type.",
    ),
    Row(
        "events of arguments, 64 KB",
        "tools/arguments-1026",
        "chunk",
        1.5,
        figure="ratio",
        fresh=True,
        clients=("fast", "openai"),
        meaning="A tool call of ordinary size, in pieces of 64 bytes.",
    ),
    Row(
        "events of arguments, 1 MB",
        "tools/arguments-16386",
        "chunk",
        1.5,
        figure="ratio",
        fresh=True,
        clients=("fast", "openai"),
        meaning="The ratio stays where the cost of a chunk does not grow with the call.",
    ),
)

LONGEST_SECONDS = 2.0


def once(case: str, client: str, url: str) -> dict[str, Any]:
    """The CPU time of the events as a ratio to that of the chunks, both by the same client."""
    kind, _, answer = case.partition("/")
    connected = importlib.import_module(f"benchmarks.clients.{client}").Sync(f"{url}/{answer}")
    expected = int(answer.split("-")[1])

    def chunks() -> None:
        if connected.stream() != expected:
            raise RuntimeError("chunks are missing")

    def events() -> None:
        if connected.events(kind) != expected:
            raise RuntimeError("events are missing")

    _seconds(chunks)
    took = _seconds(events)
    if took > LONGEST_SECONDS:
        # What takes this long has no need of more runs.
        return {"value": took / _seconds(chunks)}
    pairs = [(_seconds(chunks), _seconds(events)) for _ in range(15)]
    return {"value": min(own for _, own in pairs) / min(plain for plain, _ in pairs)}


def _seconds(run: Callable[[], None]) -> float:
    started = time.process_time()
    run()
    return time.process_time() - started
