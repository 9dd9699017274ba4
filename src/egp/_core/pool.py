"""Which connection a request gets: the book-keeping of a pool, every step in constant time, without I/O.

What is in use is never counted up and down. It is what is alive: whoever uses a connection holds a
`Place`, and whoever waits for one a `Ticket`, and the pool refers to both weakly. So nothing that ends
early, be it by an interrupt between two instructions, by a cancellation or by the garbage collector, can
keep a place.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar
from weakref import ref

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Place", "Pool", "Ticket"]

C = TypeVar("C")

OnDrop: TypeAlias = "Callable[[ref[Any]], None]"


class Place(Generic[C]):
    """Room for one connection. It is free again once it is given back, or dropped."""

    __slots__ = ("__weakref__", "connection")

    def __init__(self) -> None:
        self.connection: C | None = None


class Ticket:
    """A position in the line of those who wait for a place."""

    __slots__ = ("__weakref__", "wake")

    def __init__(self, wake: Callable[[], None]) -> None:
        self.wake = wake
        """What the driver wakes the waiting one with."""


class Pool(Generic[C]):
    """Connections to one origin.

    Idle ones are handed out last in, first out, so that those not needed grow old and are closed. Waiting
    requests are served first come, first served: whoever is called, by `due`, has a place kept until it takes
    it or leaves.

    Threads take turns (the driver has the lock), but for `settle` and `due`: these may run in the middle of
    the others, since they take away, in steps of one instruction. In one thread everything may: a finalizer
    or a signal handler of the user closes a stream, or makes a call, wherever the thread is. So nothing that
    was looked at is relied upon.

    The `on_drop` of its methods is called in whichever thread a place or a ticket is dropped, perhaps by the
    garbage collector in the middle of a method of this pool. It may do no more than put what it is given into
    `dropped`, and see to it that `settle` is called.
    """

    __slots__ = ("_called", "_expiry", "_idle", "_places", "dropped", "limit", "line")

    def __init__(self, *, limit: int, expiry: float) -> None:
        self.limit = limit
        """Connections that may be open at once."""
        self.dropped: deque[ref[Any]] = deque()
        """What was dropped and is still to be cleared up."""
        self._expiry = expiry
        self._idle: deque[tuple[C, float]] = deque()
        self._places: dict[ref[Place[C]], C | None] = {}
        # In constant time left from any position.
        self.line: OrderedDict[ref[Ticket], None] = OrderedDict()
        """Those who wait and have not been called, in their order."""
        self._called: set[ref[Ticket]] = set()

    @property
    def taken(self) -> int:
        """Places in use: each has a connection, or one is being opened for it."""
        return len(self._places)

    @property
    def idle(self) -> int:
        """Connections that are kept for reuse."""
        return len(self._idle)

    @property
    def waiting(self) -> int:
        """Requests that wait, those that have been called included."""
        return len(self.line) + len(self._called)

    @property
    def used(self) -> list[C]:
        """Connections in use."""
        return [connection for connection in list(self._places.values()) if connection is not None]

    def take(self, place: Place[C], on_drop: OnDrop, ticket: Ticket | None = None) -> bool:
        """Take a place, with an idle connection if there is one; without, one may be opened.

        False: there is none, wait. Whoever waits has joined the line with a ticket.
        """
        key = None if ticket is None else ref(ticket)
        kept_for_others = 0 if key in self._called else len(self._called)
        if self.limit - len(self._places) <= kept_for_others:
            return False
        own = ref(place, on_drop)
        self._places[own] = None
        if key is not None:
            self._called.discard(key)
            self.line.pop(key, None)
        try:
            # Taken out in one step: an interrupt loses a connection here, and no place.
            place.connection = self._places[own] = self._idle.pop()[0]
        except IndexError:
            place.connection = None
        return True

    def hold(self, place: Place[C], connection: C | None) -> None:
        """Note the connection of a place, which is closed when the place is dropped."""
        place.connection = connection
        key = ref(place)
        # Not for one that the pool has forgotten: its holder hears of that, and closes the connection.
        if key in self._places:
            self._places[key] = connection

    def renew(self, place: Place[C]) -> C | None:
        """Give a place the next idle connection, or none. The one that it had is returned: close it."""
        unwanted = place.connection
        try:
            self.hold(place, self._idle.pop()[0])
        except IndexError:
            self.hold(place, None)
        return unwanted

    def give(self, place: Place[C], now: float, *, keep: bool) -> C | None:
        """Give a place back. Its connection is kept for the next, or returned: close it."""
        connection, place.connection = place.connection, None
        is_known = self._places.pop(ref(place), self) is not self
        if keep and is_known and connection is not None:
            self._idle.append((connection, now + self._expiry))
            return None
        return connection

    def join(self, ticket: Ticket, on_drop: OnDrop) -> None:
        """Wait at the end of the line; harmless for who waits already."""
        key = ref(ticket, on_drop)
        if key not in self._called and key not in self.line:
            self.line[key] = None

    def leave(self, ticket: Ticket) -> None:
        """Wait no longer."""
        self.line.pop(ref(ticket), None)
        self._called.discard(ref(ticket))

    def due(self) -> list[Ticket]:
        """Call those for whom there is a place now: wake them."""
        tickets: list[Ticket] = []
        while self.line and len(self._called) < self.limit - len(self._places):
            try:
                key, _ = self.line.popitem(last=False)
            except KeyError:
                # It has left just now.
                break
            ticket = key()
            if ticket is not None:
                self._called.add(key)
                tickets.append(ticket)
        return tickets

    def expired(self, now: float) -> list[C]:
        """Idle connections that have grown too old, taken out of the pool: close them."""
        old: list[C] = []
        try:
            while self._idle[0][1] <= now:
                old.append(self._idle.popleft()[0])
        except IndexError:
            # None is left.
            return old
        return old

    def settle(self) -> list[C]:
        """Clear up what was dropped. The connections among it: close them."""
        connections: list[C] = []
        while self.dropped:
            try:
                key = self.dropped.popleft()
            except IndexError:
                # Another thread has cleared it up just now.
                break
            connection = self._places.pop(key, None)
            if connection is not None:
                connections.append(connection)
            self.line.pop(key, None)
            self._called.discard(key)
        return connections

    def clear(self) -> list[C]:
        """All idle connections, taken out of the pool: close them."""
        idle, self._idle = self._idle, deque()
        return [connection for connection, _ in idle]

    def forget(self) -> list[Ticket]:
        """Forget who has a place, and dismiss all who wait: wake them, so that they hear of it."""
        self._places.clear()
        tickets = [ticket for key in [*list(self._called), *list(self.line)] if (ticket := key()) is not None]
        self._called.clear()
        self.line.clear()
        return tickets
