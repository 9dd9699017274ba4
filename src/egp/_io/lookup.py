"""Names of hosts, looked up in threads: the system's resolver cannot be interrupted, but it can be left.

Not in an event loop's own threads, of which a resolver that hangs would take one for each call.
"""

from __future__ import annotations

import codecs
import os
import socket
import threading
from collections import deque
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Address", "Lookup", "lookup"]


class Address(NamedTuple):
    """What a socket is made for and connected to."""

    family: int
    kind: int
    protocol: int
    address: Any
    """As `socket.connect` takes it: its form depends on the family."""


class Lookup:
    """The addresses of a host, once they are known; several may wait for one answer."""

    __slots__ = ("_addresses", "_failure", "_host", "_port", "_waiting", "is_done")

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._addresses: list[Address] = []
        self._failure: Exception | None = None
        self._waiting: deque[Callable[[], None]] = deque()
        self.is_done = False

    def run(self) -> None:
        """Ask the system."""
        try:
            self._addresses = _addresses(self._host, self._port)
        except Exception as error:  # noqa: BLE001 - raised where the answer is asked for
            self._failure = error
        self.is_done = True
        while self._waiting:
            self._waiting.popleft()()

    def start(self) -> None:
        """Ask the system in a thread of its own, which ends with the process; here, if none can be had."""
        thread = threading.Thread(target=self._run_and_leave, name="egp lookup", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            # There are as many as may be, or the interpreter is about to end.
            self.run()

    def notify(self, wake: Callable[[], None]) -> None:
        """Have a function called when the answer is in: from any thread, perhaps twice."""
        self._waiting.append(wake)
        if self.is_done:
            wake()

    def addresses(self) -> list[Address]:
        """Return the addresses in the order in which to try them. Raises OSError where there are none."""
        if self._failure is not None:
            # A new one for each who waits: they would share its traceback.
            raise type(self._failure)(*self._failure.args)
        return self._addresses

    def _run_and_leave(self) -> None:
        self.run()
        _running.pop((self._host, self._port), None)


_running: dict[tuple[str, int], Lookup] = {}

# Loaded with this module, under its lock: else `getaddrinfo` does it, at any time.
codecs.lookup("idna")

if hasattr(os, "register_at_fork"):
    # No thread of the parent process goes on in the child.
    os.register_at_fork(after_in_child=_running.clear)


def lookup(host: str, port: int) -> Lookup:
    """Look up a host: an address is its own answer, a name is asked for, once for all who ask at a time."""
    found = _running.get((host, port))
    if found is not None and not found.is_done:
        return found
    made = Lookup(host, port)
    if ":" in host or host.replace(".", "").isdigit():
        made.run()
    else:
        made.start()
        _running[host, port] = made
    return made


def _addresses(host: str, port: int) -> list[Address]:
    """Return the addresses in the system's order, the two families taking turns (RFC 8305, section 4)."""
    found = [
        Address(family, kind, protocol, address)
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    ]
    first = found[0].family if found else None
    same = [entry for entry in found if entry.family == first]
    other = [entry for entry in found if entry.family != first]
    turns: Iterable[Address | None] = chain.from_iterable(zip_longest(same, other))
    return list(dict.fromkeys(entry for entry in turns if entry is not None))
