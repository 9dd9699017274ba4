import gc

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from egp._core.pool import Place, Pool, Ticket


class Driven:
    """A pool and what a driver adds: places in hand, and tickets that were woken."""

    def __init__(self, limit=2, expiry=10.0):
        self.pool = Pool(limit=limit, expiry=expiry)
        self.woken = []

    def take(self, ticket=None):
        place = Place()
        return place if self.pool.take(place, self.pool.dropped.append, ticket) else None

    def used(self, connection):
        place = self.take()
        self.pool.hold(place, connection)
        return place

    def wait(self, name):
        ticket = Ticket(lambda: self.woken.append(name))
        self.pool.join(ticket, self.pool.dropped.append)
        return ticket

    def call(self):
        self.pool.settle()
        for ticket in self.pool.due():
            ticket.wake()
        return self.woken


def test_connections_are_opened_up_to_the_limit_and_then_waited_for():
    driven = Driven(limit=2)

    places = [driven.take() for _ in range(3)]

    assert [place is not None for place in places] == [True, True, False]


def test_the_connection_used_last_is_used_next():
    driven = Driven()
    old, new = driven.used("old"), driven.used("new")
    driven.pool.give(old, 1.0, keep=True)
    driven.pool.give(new, 2.0, keep=True)

    places = [driven.take(), driven.take()]

    assert [place.connection for place in places] == ["new", "old"]


def test_those_who_wait_are_served_in_order():
    driven = Driven(limit=1)
    place = driven.used("a")
    first, second = driven.wait("first"), driven.wait("second")

    driven.pool.give(place, 0.0, keep=True)

    assert driven.call() == ["first"]
    assert driven.take(second) is None
    assert driven.take(first).connection == "a"


def test_who_comes_later_does_not_get_what_somebody_waits_for():
    driven = Driven(limit=1)
    place = driven.used("a")
    ticket = driven.wait("first")
    driven.pool.give(place, 0.0, keep=True)
    driven.call()

    assert driven.take() is None
    assert driven.take(ticket).connection == "a"


def test_idle_connections_expire():
    driven = Driven()
    old, new = driven.used("old"), driven.used("new")
    driven.pool.give(old, 1.0, keep=True)
    driven.pool.give(new, 5.0, keep=True)

    assert driven.pool.expired(12.0) == ["old"]
    assert driven.pool.idle == 1


def test_who_leaves_the_line_is_not_served():
    driven = Driven(limit=1)
    place = driven.used("a")
    first, second = driven.wait("first"), driven.wait("second")

    driven.pool.leave(first)
    driven.pool.give(place, 0.0, keep=True)

    assert driven.call() == ["second"]
    assert driven.take(second).connection == "a"


def test_who_leaves_after_being_called_passes_it_on():
    driven = Driven(limit=1)
    place = driven.used("a")
    first, second = driven.wait("first"), driven.wait("second")
    driven.pool.give(place, 0.0, keep=True)
    driven.call()

    driven.pool.leave(first)

    assert driven.call() == ["first", "second"]
    assert driven.take(second).connection == "a"


def test_a_place_that_is_dropped_is_free_and_its_connection_is_closed():
    driven = Driven(limit=1)
    place = driven.used("a")
    ticket = driven.wait("first")

    del place

    assert driven.pool.settle() == ["a"]
    assert driven.call() == ["first"]
    assert driven.take(ticket).connection is None


def test_a_ticket_that_is_dropped_after_being_called_passes_it_on():
    driven = Driven(limit=1)
    place = driven.used("a")
    first, second = driven.wait("first"), driven.wait("second")
    driven.pool.give(place, 0.0, keep=True)
    driven.call()

    del first

    assert driven.call() == ["first", "second"]
    assert driven.take(second) is not None


def test_a_place_that_is_given_back_twice_is_one_place():
    driven = Driven(limit=1)
    place = driven.used("a")

    given = [driven.pool.give(place, 0.0, keep=True) for _ in range(2)]

    assert given == [None, None]
    assert (driven.pool.taken, driven.pool.idle) == (0, 1)


def test_what_the_pool_has_forgotten_is_closed_by_its_holder():
    driven = Driven(limit=1)
    place = driven.used("a")
    driven.pool.forget()

    assert driven.pool.give(place, 0.0, keep=True) == "a"
    assert driven.pool.idle == 0


class Traffic(RuleBasedStateMachine):
    """Any order of events keeps the limit, loses no place, and hands no connection to two."""

    LIMIT = 3

    def __init__(self):
        super().__init__()
        self.pool = Pool(limit=self.LIMIT, expiry=5.0)
        self.now = 0.0
        self.places = []
        self.tickets = []
        self.woken = set()
        self.count = 0

    def held(self, place):
        if place.connection is None:
            self.count += 1
            self.pool.hold(place, self.count)
        assert all(other.connection != place.connection for other in self.places)
        self.places.append(place)

    def pick(self, things, index):
        return things.pop(index % len(things))

    @rule()
    def take(self):
        place = Place()
        if self.pool.take(place, self.pool.dropped.append):
            self.held(place)
            return
        number = self.count = self.count + 1
        ticket = Ticket(lambda: self.woken.add(number))
        self.pool.join(ticket, self.pool.dropped.append)
        self.tickets.append((number, ticket))

    @precondition(lambda self: self.places)
    @rule(index=st.integers(0, 9), keep=st.booleans())
    def give(self, index, keep):
        place = self.pick(self.places, index)
        connection = place.connection
        assert self.pool.give(place, self.now, keep=keep) == (None if keep else connection)

    @precondition(lambda self: self.places)
    @rule(index=st.integers(0, 9))
    def drop_place(self, index):
        place = self.pick(self.places, index)
        connection = place.connection
        del place
        assert connection in self.pool.settle()

    @precondition(lambda self: self.places)
    @rule(index=st.integers(0, 9))
    def drop_place_in_a_cycle(self, index):
        holder = [self.pick(self.places, index)]
        holder.append(holder)
        del holder
        gc.collect()

    @precondition(lambda self: self.places)
    @rule(index=st.integers(0, 9))
    def renew(self, index):
        place = self.pick(self.places, index)
        had = place.connection
        assert self.pool.renew(place) == had
        self.held(place)

    @precondition(lambda self: self.tickets)
    @rule(index=st.integers(0, 9))
    def leave(self, index):
        self.pool.leave(self.pick(self.tickets, index)[1])

    @precondition(lambda self: self.tickets)
    @rule(index=st.integers(0, 9))
    def drop_ticket(self, index):
        self.pick(self.tickets, index)

    @rule()
    def call(self):
        self.pool.settle()
        for ticket in self.pool.due():
            ticket.wake()

    @precondition(lambda self: self.tickets)
    @rule()
    def go_on(self):
        """Whoever was woken takes its place; a place was kept for each."""
        for number, ticket in list(self.tickets):
            if number in self.woken:
                place = Place()
                assert self.pool.take(place, self.pool.dropped.append, ticket)
                self.tickets.remove((number, ticket))
                self.held(place)

    @rule(seconds=st.floats(0, 4))
    def age(self, seconds):
        self.now += seconds
        self.pool.expired(self.now)

    @invariant()
    def holds(self):
        self.pool.settle()
        assert self.pool.taken == len(self.places)
        assert sorted(self.pool.used) == sorted(place.connection for place in self.places)
        assert self.pool.taken + self.pool.idle <= self.LIMIT
        assert self.pool.waiting == len(self.tickets)

    def teardown(self):
        self.tickets.clear()
        self.places.clear()
        self.pool.settle()
        assert (self.pool.taken, self.pool.waiting, self.pool.due()) == (0, 0, [])


TestTraffic = Traffic.TestCase
TestTraffic.pytestmark = pytest.mark.timeout(600)
TestTraffic.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
