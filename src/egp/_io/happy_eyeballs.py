"""Connecting to the first address that answers (RFC 8305), on asyncio.

asyncio's own way (`happy_eyeballs_delay`) loses a socket when it is cancelled at the moment of success.
"""

from __future__ import annotations

import asyncio
import socket
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

__all__ = ["first_to_answer", "resolved"]

C = TypeVar("C")

DELAY_SECONDS = 0.25
"""The head start of each address over the next: section 8 of the RFC."""


async def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host, in the system's order, the two families taking turns."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    first = found[0][0] if found else None
    same = [str(entry[4][0]) for entry in found if entry[0] == first]
    other = [str(entry[4][0]) for entry in found if entry[0] != first]
    turns: Iterable[str | None] = chain.from_iterable(zip_longest(same, other))
    return list(dict.fromkeys(address for address in turns if address is not None))


async def first_to_answer(
    addresses: list[str], connect: Callable[[str], Awaitable[C]], close: Callable[[C], None]
) -> C:
    """The connection that is made first; those that come too late are closed. OSError when none is made."""
    if len(addresses) == 1:
        return await connect(addresses[0])
    tasks: list[asyncio.Task[C]] = []
    failure: OSError | None = None
    winner: asyncio.Task[C] | None = None
    left = list(addresses)
    waiting: set[asyncio.Task[C]] = set()
    try:
        while left or waiting:
            if left:
                task = asyncio.ensure_future(connect(left.pop(0)))
                tasks.append(task)
                waiting.add(task)
            done, waiting = await asyncio.wait(
                waiting, timeout=DELAY_SECONDS if left else None, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                error = task.exception()
                if error is None:
                    winner = task
                    return task.result()
                if not isinstance(error, OSError):
                    raise error
                failure = error
        raise failure or OSError("the host has no address")
    finally:
        failure = None
        for task in tasks:
            if task is not winner:
                task.add_done_callback(lambda late: _discard(late, close))
                task.cancel()


def _discard(late: asyncio.Future[C], close: Callable[[C], None]) -> None:
    # Asking for the exception marks it as seen, else asyncio complains that nobody looked.
    if not late.cancelled() and late.exception() is None:
        close(late.result())
