"""Calls and streams for a while, with random faults, cancellations and restarts of the server, on every loop.

    python -m tests.transport.soak                 ten minutes
    python -m tests.transport.soak --seconds 60    what `tox -e soak` runs

Prints for each kind of client what came of its calls, and the open descriptors and the largest memory after
each round. Exit status 1, with what was wrong: an answer to another call, a lost place, descriptors or memory
that grow.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import gc
import os
import random
import resource
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import anyio
import anyio.lowlevel
import trio
import uvloop

from egp import AsyncClient, Client, EGPError, Retry
from tests.inside import pools_of
from tests.transport.server import running

KEY = "sk-secret-key"
FAULTS = ("reset", "cut", "late", "busy", "excess")
TASKS = 16
PATIENT = Retry(max_retries=6, initial=0.05, maximum=0.5)


class Tally:
    """What happened."""

    def __init__(self) -> None:
        self.counts: collections.Counter[str] = collections.Counter()
        self.wrong: list[str] = []
        self.sizes: list[tuple[int, float]] = []
        self._number = 0
        self._lock = threading.Lock()

    def next_number(self) -> int:
        with self._lock:
            self._number += 1
            return self._number

    def expect(self, kind: str, got: str, expected: str) -> None:
        self.counts[kind] += 1
        if got != expected:
            self.wrong.append(f"{kind}: {got[:60]!r} in place of {expected[:60]!r}")


def model_of(dice: random.Random) -> str:
    if dice.random() < 0.1:
        return dice.choice(FAULTS)
    return "whole" if dice.random() < 0.9 else "whole:0.01"


def words(number: int, chunks: int) -> str:
    return "".join(f"{number}.{index} " for index in range(chunks))


async def task(client: AsyncClient, tally: Tally, dice: random.Random, end: float) -> None:
    while time.monotonic() < end:
        number = tally.next_number()
        messages = [{"role": "user", "content": str(number)}]
        try:
            with anyio.move_on_after(dice.random() * 0.05 if dice.random() < 0.1 else 60) as scope:
                if dice.random() < 0.1:
                    stream = await client.chat.completions.create(
                        model="stream:20", messages=messages, stream=True
                    )
                    text = ""
                    async for chunk in stream:
                        text += chunk.choices[0].delta.content or ""
                        if dice.random() < 0.005:
                            # Left in the middle, for the collector.
                            break
                    else:
                        tally.expect("stream", text, words(number, 20))
                else:
                    answer = await client.chat.completions.create(model=model_of(dice), messages=messages)
                    tally.expect("call", answer.choices[0].message.content or "", str(number))
            if scope.cancelled_caught:
                tally.counts["cancelled"] += 1
        except EGPError as error:
            tally.counts[f"failed: {type(error).__name__}"] += 1


def thread(client: Client, tally: Tally, dice: random.Random, end: float) -> None:
    while time.monotonic() < end:
        number = tally.next_number()
        messages = [{"role": "user", "content": str(number)}]
        try:
            if dice.random() < 0.1:
                with client.chat.completions.create(
                    model="stream:20", messages=messages, stream=True
                ) as stream:
                    text = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
                tally.expect("stream", text, words(number, 20))
            else:
                answer = client.chat.completions.create(model=model_of(dice), messages=messages)
                tally.expect("call", answer.choices[0].message.content or "", str(number))
        except EGPError as error:
            tally.counts[f"failed: {type(error).__name__}"] += 1


def places_lost(client: Any, tally: Tally) -> None:
    gc.collect()
    for pool in pools_of(client):
        pool._settle()
        if pool._pool.taken or pool._pool.waiting:
            tally.wrong.append(f"{pool._pool.taken} places lost, {pool._pool.waiting} wait")


async def soak_loop(url: str, tally: Tally, dice: random.Random, end: float) -> None:
    async with AsyncClient(api_key=KEY, base_url=url, max_connections=8, retry=PATIENT, timeout=20) as client:
        async with anyio.create_task_group() as group:
            for _ in range(TASKS):
                group.start_soon(task, client, tally, dice, end)
        await anyio.lowlevel.checkpoint()
        places_lost(client, tally)


def soak_threads(url: str, tally: Tally, dice: random.Random, end: float) -> None:
    with Client(api_key=KEY, base_url=url, max_connections=4, retry=PATIENT, timeout=20) as client:
        threads = [threading.Thread(target=thread, args=(client, tally, dice, end)) for _ in range(8)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        places_lost(client, tally)


KINDS: dict[str, Callable[[str, Tally, random.Random, float], object]] = {
    "threads": soak_threads,
    "asyncio": lambda *given: asyncio.run(soak_loop(*given)),
    "uvloop": lambda *given: uvloop.run(soak_loop(*given)),
    "trio": lambda *given: trio.run(soak_loop, *given),
}


class Worker(threading.Thread):
    """Runs one kind of client, and keeps what went wrong."""

    def __init__(self, work: Callable[..., object], *arguments: object) -> None:
        super().__init__()
        self._work = lambda: work(*arguments)
        self.failures: list[str] = []

    def run(self) -> None:
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - it is told
            self.failures.append(repr(error))


def descriptors() -> int:
    gc.collect()
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def soak(kind: str, seconds: float, seed: int) -> Tally:
    """Soak one kind of client, in four rounds, each with a server that stops in its middle and comes back."""
    tally = Tally()
    dice = random.Random(seed)
    sizes = tally.sizes
    port = 0
    for _ in range(4):
        end = time.monotonic() + seconds / 4
        with running(port) as port:
            worker = Worker(KINDS[kind], f"http://127.0.0.1:{port}", tally, dice, end)
            worker.start()
            time.sleep(seconds / 10)
        tally.counts["restarts of the server"] += 1
        time.sleep(0.1)
        with running(port):
            worker.join(seconds + 120)
        if worker.is_alive():
            tally.wrong.append("it hangs")
            break
        tally.wrong += worker.failures
        sizes.append((descriptors(), megabytes()))
    if not tally.counts["call"]:
        tally.wrong.append("nothing was answered")
    # The first round loads and fills what stays.
    if sizes and sizes[-1][0] > sizes[0][0] + 2:
        tally.wrong.append(f"descriptors grow: {[size[0] for size in sizes]}")
    if sizes and sizes[-1][1] > sizes[0][1] * 1.2 + 16:
        tally.wrong.append(f"memory grows: {[round(size[1]) for size in sizes]} MB")
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=600.0, help="for all kinds together")
    parser.add_argument("--only", choices=KINDS, nargs="+", default=list(KINDS))
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    options = parser.parse_args()
    print("seed", options.seed, flush=True)
    wrong = False
    for kind in options.only:
        tally = soak(kind, options.seconds / len(options.only), options.seed)
        print(f"{kind}: {dict(sorted(tally.counts.items()))}", flush=True)
        print(f"  descriptors {[size[0] for size in tally.sizes]},", end=" ")
        print(f"memory {[round(size[1]) for size in tally.sizes]} MB")
        print(*(f"  {fault}" for fault in tally.wrong[:10] or ["nothing wrong"]), sep="\n", flush=True)
        wrong = wrong or bool(tally.wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
