"""What does one ordinary call cost, and one with a long conversation?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.question import Row

ROWS = (
    Row("one call, typed", "call", "call", 0.85, 0.65, meaning="CPU that a busy service pays per call."),
    Row(
        "one call with 2,000 messages",
        "messages-2000",
        "call",
        1.1,
        0.45,
        meaning="What a long conversation costs before its first byte is sent.",
        growth=("messages-1", "messages-10", "messages-100", "messages-1000", "messages-2000"),
    ),
)


def prepare(client: Any, case: str, url: str) -> Callable[[int], dict[str, Any]]:
    connected = client.Sync(f"{url}/call")
    count = int(case.partition("-")[2] or 1)
    messages = [
        {"role": "assistant" if i % 2 else "user", "content": f"Message number {i}, of an ordinary length."}
        for i in range(count)
    ]

    def run(rounds: int) -> dict[str, Any]:
        for _ in range(rounds):
            connected.call(messages)
        return {"units": rounds}

    return run
