"""CPU of a call on each kind of event loop, 200 calls at once, beside aiohttp, httpx2 and httpx.

    python -m benchmarks.loops     needs aiohttp, httpx2, trio and uvloop beside egp

Prints microseconds of the client's CPU for each call: the median of rounds that take turns. `egp` and the
others go from Python values to Python values; `transport`, the transport of this client alone, goes from the
bytes of a request to those of its answer, as `aiohttp-bytes` does.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from benchmarks.clients import plain
from benchmarks.measure import canned_server

AT_ONCE = 200
ROUNDS = 9
LOOPS = ("asyncio", "uvloop", "trio")
CLIENTS = ("egp", "transport", "aiohttp", "aiohttp-bytes", "httpx2", "plain")
CONTENT = json.dumps(plain.body(plain.MESSAGES, stream=False)).encode()


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


def opened(name: str, url: str) -> tuple[Callable[[], Awaitable[object]], Callable[[], Awaitable[object]]]:
    """Return what makes a call, and what closes the client."""
    if name == "transport":
        from egp import AsyncClient
        from egp._core.request import Request

        client = AsyncClient(api_key="bench", base_url=url, timeout=60)
        session = client.chat.completions._session
        request = Request("POST", plain.PATH, content=CONTENT)
        return lambda: session.send(request), client.close
    client = importlib.import_module(f"benchmarks.clients.{name.partition('-')[0]}").Async(url)
    if name == "aiohttp-bytes":
        headers = {"content-type": "application/json"}

        async def call() -> bytes:
            async with client._made().post(url + plain.PATH, data=CONTENT, headers=headers) as response:
                return await response.read()

        return call, lambda: _close(client)
    return client.call, lambda: _close(client)


async def _close(client: Any) -> None:
    inner = client._session if hasattr(client, "_session") else client._client
    await (inner.aclose() if hasattr(inner, "aclose") else inner.close())


async def microseconds(loop: str, name: str, url: str) -> float:
    """Return the CPU of one call out of many at once, when connections are open."""
    call, close = opened(name, url)
    took = 0.0
    for _ in range(4):
        started = time.process_time()
        await at_once(loop, call)
        took = time.process_time() - started
    await close()
    return took / AT_ONCE * 1e6


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
