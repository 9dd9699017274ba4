"""What happens with hundreds of calls and streams at once?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from benchmarks.question import Row

ROWS = (
    Row(
        "200 concurrent async calls, an instant server",
        "call/200",
        "call",
        0.40,
        0.20,
        clients=("egp", "stock", "httpx2", "aiohttp", "openai", "scale"),
        meaning="CPU per call of a batch job; it bounds the calls per second of one process.",
        growth=("call/1", "call/10", "call/50", "call/200", "call/500"),
    ),
    Row(
        "200 concurrent async calls, bytes to bytes",
        "call-bytes/200",
        "call",
        0.33,
        None,
        "aiohttp",
        ("egp",),
        batch_seconds=0.25,
        meaning="What the transport costs by itself, once it runs. Base: aiohttp.",
    ),
    Row(
        "200 concurrent async calls, a 20 ms server", "slow-20/200", "call", 0.35, 0.13, meaning="As in life."
    ),
    Row(
        "200 concurrent async calls, a 20 ms server: latency",
        "slow-20/200",
        "call",
        0.35,
        None,
        figure="value",
        meaning="The median wait of a caller; the server's own share is 20 ms.",
    ),
    Row(
        "one async call while 500 streams are open",
        "call/1/500",
        "call",
        0.45,
        None,
        clients=("egp", "openai"),
        meaning="With a pool that scans, every open stream makes every other call dearer.",
    ),
)


def _unlimited(client: Any, connected: Any) -> Any:
    """Plain httpx as hundreds of streams need it: with its default of 100 connections they would wait."""
    if client.__name__.endswith(("plain", "stock")):
        import httpx

        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        transport = httpx.AsyncHTTPTransport(limits=limits)
        inner = (
            connected._client
            if client.__name__.endswith("plain")
            else connected._client.get_async_httpx_client()
        )
        inner._transport = transport
    return connected


def prepare(client: Any, case: str, url: str) -> Callable[[int], dict[str, Any]]:
    answer, callers, *held = case.split("/")
    loop = asyncio.new_event_loop()
    kept: list[object] = []
    connected = client.Async(f"{url}/{answer.removesuffix('-bytes')}")
    call = connected.call_bytes if answer.endswith("-bytes") else connected.call

    if held:
        _unlimited(client, connected)

        async def hold() -> None:
            switch = client.Async(f"{url}/hold")
            _unlimited(client, switch)
            _share(client, connected, switch)
            kept.extend([await switch.hold() for _ in range(int(held[0]))])

        loop.run_until_complete(hold())

    async def rounds_of(rounds: int) -> list[float]:
        waits: list[float] = []

        async def caller() -> None:
            for _ in range(rounds):
                await call()

        async def timed_caller() -> None:
            for _ in range(rounds):
                started = loop.time()
                await call()
                waits.append(loop.time() - started)

        # The time is taken only where it is asked for.
        one = timed_caller if answer.startswith("slow") else caller
        await asyncio.gather(*(one() for _ in range(int(callers))))
        return sorted(waits)

    def run(rounds: int) -> dict[str, Any]:
        waits = loop.run_until_complete(rounds_of(rounds))
        median = {"value": waits[len(waits) // 2]} if waits else {}
        return {"units": rounds * int(callers), **median}

    return run


def _share(client: Any, connected: Any, switch: Any) -> None:
    """One pool for the held streams and the measured calls: both clients' own way of a second base URL."""
    if client.__name__.endswith(("egp", "fast")):
        switch._client = connected._client.with_options(base_url=str(switch._client.base_url))
    elif client.__name__.endswith("openai"):
        switch._client = connected._client.with_options(base_url=switch._client.base_url)
    else:
        switch._client._transport = connected._client._transport
