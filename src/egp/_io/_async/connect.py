"""A connection to the first address of a host that answers."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from egp._io.deadline import seconds_left
from egp._io.happy_eyeballs import Race
from egp._io.lookup import lookup

if TYPE_CHECKING:
    import socket

    from egp._io.backends import Backend, Connection

__all__ = ["async_connect"]


async def async_connect(backend: Backend, host: str, port: int, until: float | None) -> Connection:
    """Return a connection. Raises TimeoutError at an instant of `monotonic`, OSError where nobody answers."""
    found = lookup(host, port)
    while not found.is_done:
        bell = backend.bell()
        found.notify(bell.ring)
        await bell.wait(seconds_left(None, until))
    race = Race(found.addresses())
    ready: list[socket.socket] = []
    try:
        while (connected := race.step(ready, now := monotonic())) is None:
            ready = await backend.wait_connected(race.pending, seconds_left(race.patience(now), until))
        connection = backend.connection(connected)
        race.pending.remove(connected)
    finally:
        race.close()
    return connection
