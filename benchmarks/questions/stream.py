"""What does a streamed chunk cost?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from benchmarks.question import Row

ROWS = (
    Row("stream in bursts, sync", "sync/burst-1000-1", "chunk", 1.15, 0.45, meaning="Many events per read."),
    Row(
        "stream in bursts, async", "async/burst-1000-1", "chunk", 1.20, 0.50, meaning="Many events per read."
    ),
    Row(
        "many events per HTTP chunk, sync",
        "sync/burst-1000-50",
        "chunk",
        1.5,
        1.05,
        meaning="Decoding is all there is.",
    ),
    Row(
        "many events per HTTP chunk, async",
        "async/burst-1000-50",
        "chunk",
        1.6,
        1.05,
        meaning="Decoding is all there is.",
    ),
    Row(
        "one event per read, sync",
        "sync/drip-100",
        "chunk",
        1.15,
        1.0,
        meaning="A stream as a person reads it.",
    ),
    Row(
        "one event per read, async",
        "async/drip-100",
        "chunk",
        1.15,
        0.80,
        meaning="A stream as a person reads it.",
    ),
    Row(
        "a stream of 10,000 chunks, sync",
        "sync/burst-10000-1",
        "chunk",
        1.15,
        clients=("egp",),
        meaning="The cost of a chunk does not grow with the stream.",
        growth=("sync/burst-100-1", "sync/burst-1000-1", "sync/burst-10000-1", "sync/burst-30000-1"),
    ),
    Row(
        "one 4 MB event in 1 KB pieces",
        "sync/event-4096",
        "KiB",
        None,
        None,
        meaning="A large tool call or image; a decoder that joins again and again is quadratic.",
        growth=("sync/event-128", "sync/event-512", "sync/event-2048", "sync/event-4096"),
    ),
)


def prepare(client: Any, case: str, url: str) -> Callable[[int], dict[str, Any]]:
    mode, _, answer = case.partition("/")
    kind, size = answer.split("-")[:2]
    units = int(size)
    expected = 2 if kind == "event" else units

    def check(count: int) -> None:
        if count != expected:
            raise RuntimeError(f"{count} chunks instead of {expected}")

    if mode == "sync":
        connected = client.Sync(f"{url}/{answer}")

        def run(rounds: int) -> dict[str, Any]:
            for _ in range(rounds):
                check(connected.stream())
            return {"units": rounds * units}

        return run

    loop = asyncio.new_event_loop()
    awaited = client.Async(f"{url}/{answer}")

    async def rounds_of(rounds: int) -> None:
        for _ in range(rounds):
            check(await awaited.stream())

    def run_async(rounds: int) -> dict[str, Any]:
        loop.run_until_complete(rounds_of(rounds))
        return {"units": rounds * units}

    return run_async
