"""What does a client hold in memory?"""

from __future__ import annotations

import asyncio
import gc
import importlib
import os
from typing import Any

from benchmarks.question import Row

ROWS = (
    Row(
        "memory per open async stream",
        "stream",
        "stream",
        0.90,
        0.55,
        figure="value",
        fresh=True,
        clients=("egp", "openai", "scale"),
        meaning="It bounds how many conversations one process can carry.",
    ),
    Row(
        "memory after import and a client",
        "start",
        "process",
        1.05,
        0.33,
        figure="value",
        fresh=True,
        meaning="Resident memory of a process that has the client ready and has not called yet.",
    ),
)


def _resident() -> int:
    gc.collect()
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def _per_stream(client: Any, url: str, streams: int = 90) -> float:
    """90 streams: as many as plain httpx carries without settings of its own."""
    connected = client.Async(f"{url}/hold")
    kept = [await connected.hold() for _ in range(5)]
    before = _resident()
    kept += [await connected.hold() for _ in range(streams)]
    used = _resident() - before
    return used / streams


def once(case: str, client: str, url: str) -> dict[str, Any]:
    adapter = importlib.import_module(f"benchmarks.clients.{client}")
    if case == "start":
        before = _resident()
        adapter.load()
        kept = adapter.Sync(url)
        value = float(_resident() - before)
        del kept
        return {"value": value, "units": 1}
    loop = asyncio.new_event_loop()
    value = loop.run_until_complete(_per_stream(adapter, url))
    return {"value": value, "units": 1}
