"""Which connection a request gets: the book-keeping of a pool, every step in constant time, without I/O."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Pool", "Ticket"]

C = TypeVar("C")


class Ticket(Generic[C]):
    """A place in the line of those who wait for a connection."""

    __slots__ = ("connection", "is_served", "wake")

    def __init__(self) -> None:
        self.is_served = False
        """Whether the place has been given: with a connection, or, where it is None, leave to open one."""
        self.connection: C | None = None
        self.wake: Callable[[], None] | None = None
        """What the driver wakes the waiting one with."""


class Pool(Generic[C]):
    """Connections to one origin.

    Idle ones are handed out last in, first out, so that those not needed grow old and are closed. Waiting
    requests are served first come, first served.
    """

    __slots__ = ("_expiry", "_idle", "_waiting", "limit", "taken")

    def __init__(self, *, limit: int, expiry: float) -> None:
        self.limit = limit
        """Connections that may be open at once."""
        self._expiry = expiry
        self.taken = 0
        """Connections in use or being opened."""
        self._idle: deque[tuple[C, float]] = deque()
        # Ordered, and in constant time left from any place.
        self._waiting: OrderedDict[Ticket[C], None] = OrderedDict()

    @property
    def idle(self) -> int:
        """Connections that are kept for reuse."""
        return len(self._idle)

    @property
    def waiting(self) -> int:
        """Requests that wait for a connection."""
        return len(self._waiting)

    def take(self) -> C | Ticket[C] | None:
        """Return an idle connection; None: open one; or a ticket: wait until it is served.

        Whoever got a connection, or leave to open one, ends with `give` or `drop`.
        """
        if self._idle:
            self.taken += 1
            return self._idle.pop()[0]
        if self.taken < self.limit:
            self.taken += 1
            return None
        ticket: Ticket[C] = Ticket()
        self._waiting[ticket] = None
        return ticket

    def give(self, connection: C, now: float) -> Ticket[C] | None:
        """Return a connection that can be used again. The ticket, if any, is served now: wake it."""
        ticket = self._next()
        if ticket is not None:
            ticket.connection = connection
            return ticket
        self.taken -= 1
        self._idle.append((connection, now + self._expiry))
        return None

    def drop(self) -> Ticket[C] | None:
        """Return a place whose connection is closed or was never made. The ticket is served: wake it."""
        ticket = self._next()
        if ticket is None:
            self.taken -= 1
        return ticket

    def leave(self, ticket: Ticket[C], now: float) -> Ticket[C] | None:
        """Stop waiting. A ticket that had been served passes on what it got: wake the one returned."""
        if not ticket.is_served:
            self._waiting.pop(ticket, None)
            return None
        return self.drop() if ticket.connection is None else self.give(ticket.connection, now)

    def expired(self, now: float) -> list[C]:
        """Idle connections that have grown too old, taken out of the pool: close them."""
        old: list[C] = []
        while self._idle and self._idle[0][1] <= now:
            old.append(self._idle.popleft()[0])
        return old

    def clear(self) -> list[C]:
        """All idle connections, taken out of the pool: close them."""
        connections = [connection for connection, _ in self._idle]
        self._idle.clear()
        return connections

    def dismiss(self) -> list[Ticket[C]]:
        """All who wait, each served with leave to open a connection: they are to hear that there is none."""
        tickets: list[Ticket[C]] = []
        while (ticket := self._next()) is not None:
            self.taken += 1
            tickets.append(ticket)
        return tickets

    def _next(self) -> Ticket[C] | None:
        if not self._waiting:
            return None
        ticket, _ = self._waiting.popitem(last=False)
        ticket.is_served = True
        return ticket
