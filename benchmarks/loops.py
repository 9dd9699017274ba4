"""CPU of a call on each kind of event loop, 200 calls at once, beside aiohttp, httpx2 and httpx.

    python -m benchmarks.loops     needs aiohttp, httpx2, trio and uvloop beside egp

Prints microseconds of the client's CPU for each call: the median of rounds that take turns. The clients go
from Python values to Python values; with `-bytes` from the bytes of a request to those of its answer, which
is what a transport costs by itself.
"""

from __future__ import annotations

import asyncio
import importlib
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from benchmarks.measure import canned_server

AT_ONCE = 200
ROUNDS = 9
WARM_UP, MEASURED = 3, 10
LOOPS = ("asyncio", "uvloop", "trio")
CLIENTS = ("egp", "egp-bytes", "aiohttp", "aiohttp-bytes", "httpx2", "plain")


def runner(loop: str) -> Callable[[Callable[[], Coroutine[Any, Any, float]]], float]:
    if loop == "asyncio":
        return lambda main: asyncio.run(main())
    module = importlib.import_module(loop)
    return module.run if loop == "trio" else lambda main: module.run(main())


async def at_once(loop: str, call: Callable[[], Awaitable[object]]) -> None:
    # The loops' own ways: anyio's tasks cost as much as a request.
    if loop != "trio":
        await asyncio.gather(*[call() for _ in range(AT_ONCE)])
        return
    import trio

    async with trio.open_nursery() as nursery:
        for _ in range(AT_ONCE):
            nursery.start_soon(call)


def opened(name: str, url: str) -> tuple[Callable[[], Awaitable[object]], Callable[[], Awaitable[None]]]:
    """Return what makes a call, and what closes the client."""
    name, _, kind = name.partition("-")
    client = importlib.import_module(f"benchmarks.clients.{name}").Async(url)

    async def close() -> None:
        inner = client._session if name == "aiohttp" else client._client
        await (inner.aclose() if hasattr(inner, "aclose") else inner.close())

    return client.call_bytes if kind == "bytes" else client.call, close


async def microseconds(loop: str, name: str, url: str) -> float:
    """Return the CPU of one call out of many at once, when connections are open and caches are warm."""
    call, close = opened(name, url)
    for _ in range(WARM_UP):
        await at_once(loop, call)
    started = time.process_time()
    for _ in range(MEASURED):
        await at_once(loop, call)
    took = time.process_time() - started
    await close()
    return took / AT_ONCE / MEASURED * 1e6


def main() -> None:
    with canned_server(sys.executable) as url:
        for loop in LOOPS:
            names = [name for name in CLIENTS if not (loop == "trio" and name.startswith("aiohttp"))]
            found: dict[str, list[float]] = {name: [] for name in names}
            for _ in range(ROUNDS):
                for name in names:
                    measure = partial(microseconds, loop, name, f"{url}/call")
                    found[name].append(runner(loop)(measure))
            shown = "  ".join(f"{name} {statistics.median(values):.0f}" for name, values in found.items())
            print(f"{loop}: {shown}", flush=True)


if __name__ == "__main__":
    main()
