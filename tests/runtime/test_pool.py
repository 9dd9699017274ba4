from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from egp._core.pool import Pool, Ticket


def make(limit=2, expiry=10.0):
    return Pool(limit=limit, expiry=expiry)


def test_connections_are_opened_up_to_the_limit_and_then_waited_for():
    pool = make()

    granted = [pool.take() for _ in range(3)]

    assert granted[:2] == [None, None]
    assert isinstance(granted[2], Ticket)


def test_the_connection_used_last_is_used_next():
    pool = make()
    pool.take(), pool.take()
    pool.give("old", 1.0)
    pool.give("new", 2.0)

    assert [pool.take(), pool.take()] == ["new", "old"]


def test_those_who_wait_are_served_in_order():
    pool = make(limit=1)
    pool.take()
    first, second = pool.take(), pool.take()

    assert pool.give("a", 0.0) is first
    assert (first.connection, second.is_served) == ("a", False)
    assert pool.drop() is second
    assert second.connection is None


def test_idle_connections_expire():
    pool = make()
    pool.take(), pool.take()
    pool.give("old", 1.0)
    pool.give("new", 5.0)

    assert pool.expired(12.0) == ["old"]
    assert pool.idle == 1


def test_who_leaves_the_line_is_not_served():
    pool = make(limit=1)
    pool.take()
    first, second = pool.take(), pool.take()

    assert pool.leave(first, 0.0) is None
    assert pool.give("a", 0.0) is second


def test_who_leaves_after_being_served_passes_it_on():
    pool = make(limit=1)
    pool.take()
    first, second = pool.take(), pool.take()
    pool.give("a", 0.0)

    assert pool.leave(first, 0.0) is second
    assert second.connection == "a"


class Traffic(RuleBasedStateMachine):
    """Any order of events keeps the limit, loses no place, and hands no connection to two."""

    def __init__(self):
        super().__init__()
        self.pool = Pool(limit=3, expiry=5.0)
        self.now = 0.0
        self.used = []
        self.waiting = []
        self.count = 0

    def granted(self, connection):
        if connection is None:
            self.count += 1
            connection = self.count
        assert connection not in self.used
        self.used.append(connection)

    def served(self, ticket):
        if ticket is not None:
            self.waiting.remove(ticket)
            self.granted(ticket.connection)

    @rule()
    def take(self):
        granted = self.pool.take()
        if isinstance(granted, Ticket):
            self.waiting.append(granted)
        else:
            self.granted(granted)

    @precondition(lambda self: self.used)
    @rule(index=st.integers(0, 9))
    def give(self, index):
        self.served(self.pool.give(self.used.pop(index % len(self.used)), self.now))

    @precondition(lambda self: self.used)
    @rule(index=st.integers(0, 9))
    def drop(self, index):
        self.used.pop(index % len(self.used))
        self.served(self.pool.drop())

    @precondition(lambda self: self.waiting)
    @rule(index=st.integers(0, 9))
    def leave(self, index):
        ticket = self.waiting.pop(index % len(self.waiting))
        assert self.pool.leave(ticket, self.now) is None

    @rule(seconds=st.floats(0, 4))
    def age(self, seconds):
        self.now += seconds
        self.pool.expired(self.now)

    @invariant()
    def holds(self):
        assert self.pool.taken == len(self.used)
        assert self.pool.taken + self.pool.idle <= 3
        assert self.pool.waiting == len(self.waiting)
        assert not self.waiting or self.pool.taken == 3


TestTraffic = Traffic.TestCase
TestTraffic.settings = settings(max_examples=40, stateful_step_count=30)
