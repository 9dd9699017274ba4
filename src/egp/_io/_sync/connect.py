# Made by scripts/unasync from src/egp/_io/_async/connect.py: edit that file, then run the script.
"""A connection to the first address of a host that answers."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from egp._io.deadline import seconds_left
from egp._io.happy_eyeballs import Race
from egp._io.lookup import lookup

if TYPE_CHECKING:
    import socket

    from egp._io.backends.blocking import Backend, Connection

__all__ = ["connect"]


def connect(backend: Backend, host: str, port: int, until: float | None) -> Connection:
    """Return a connection. Raises TimeoutError at an instant of `monotonic`, OSError where nobody answers."""
    found = lookup(host, port)
    while not found.is_done:
        bell = backend.bell()
        found.notify(bell.ring)
        bell.wait(seconds_left(None, until))
    race = Race(found.addresses())
    ready: list[socket.socket] = []
    try:
        while (connected := race.step(ready, now := monotonic())) is None:
            ready = backend.wait_connected(race.pending, seconds_left(race.patience(now), until))
        connection = backend.connection(connected)
        race.pending.remove(connected)
    finally:
        race.close()
    return connection
