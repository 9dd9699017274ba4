"""CPU of a call on each kind of event loop, 200 calls at once, beside aiohttp, httpx2 and httpx.

    python -m benchmarks.loops     needs aiohttp, httpx2, trio and uvloop beside egp

Prints microseconds of the client's CPU for each call: the median of rounds that take turns.
"""

from __future__ import annotations

import asyncio
import importlib
import statistics
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any

import anyio

from benchmarks.measure import canned_server

AT_ONCE = 200
ROUNDS = 7
LOOPS = ("asyncio", "uvloop", "trio")
CLIENTS = ("egp", "aiohttp", "httpx2", "plain")


def runner(loop: str) -> Callable[[Callable[[], Coroutine[Any, Any, float]]], float]:
    if loop == "asyncio":
        return lambda main: asyncio.run(main())
    module = importlib.import_module(loop)
    return module.run if loop == "trio" else lambda main: module.run(main())


async def microseconds(client: Any) -> float:
    """Return the CPU of one call out of many at once, when connections are open."""
    took = 0.0
    for _ in range(3):
        started = time.process_time()
        async with anyio.create_task_group() as group:
            for _ in range(AT_ONCE):
                group.start_soon(client.call)
        took = time.process_time() - started
    session = getattr(client, "_session", None)
    if session is not None:
        # aiohttp complains of what is left open.
        await session.close()
    return took / AT_ONCE * 1e6


def main() -> None:
    modules = {name: importlib.import_module(f"benchmarks.clients.{name}") for name in CLIENTS}
    with canned_server(sys.executable) as url:
        for loop in LOOPS:
            names = [name for name in CLIENTS if (loop, name) != ("trio", "aiohttp")]
            found: dict[str, list[float]] = {name: [] for name in names}
            for _ in range(ROUNDS):
                for name in names:
                    client = modules[name].Async(f"{url}/call")
                    found[name].append(runner(loop)(lambda client=client: microseconds(client)))
            shown = "  ".join(f"{name} {statistics.median(values):.0f}" for name, values in found.items())
            print(f"{loop}: {shown}", flush=True)


if __name__ == "__main__":
    main()
