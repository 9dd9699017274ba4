"""On asyncio one timer serves the reads of a connection: each read has its whole time all the same."""

import asyncio
import socket

import pytest

from egp._io.backends.asyncio import Connection


class Loop(asyncio.SelectorEventLoop):
    """A loop whose time can be put forward."""

    passed = 0.0

    def time(self):
        return super().time() + self.passed


def run(scenario):
    loop = Loop()
    ours, peer = socket.socketpair()
    ours.setblocking(False)
    connection = Connection(ours)

    async def whole():
        try:
            await scenario(loop, connection, peer)
        finally:
            connection.close()

    try:
        loop.run_until_complete(whole())
    finally:
        peer.close()
        loop.close()


async def some_turns():
    for _ in range(5):
        await asyncio.sleep(0)


def test_the_time_of_an_earlier_read_does_not_end_a_later_one():
    async def scenario(loop, connection, peer):
        peer.send(b"one")
        assert await connection.read(100, None) == b"one"
        loop.passed = 99
        second = asyncio.ensure_future(connection.read(100, None))
        await some_turns()
        loop.passed = 150  # past the time of the first, within that of the second
        await some_turns()
        assert not second.done()
        peer.send(b"two")
        assert await second == b"two"

    run(scenario)


def test_a_read_ends_with_its_own_time_when_it_goes_on_with_an_earlier_timer():
    async def scenario(loop, connection, peer):
        peer.send(b"one")
        await connection.read(100, None)
        loop.passed = 99
        second = asyncio.ensure_future(connection.read(100, None))
        await some_turns()
        for loop.passed in (150, 250):
            await some_turns()
        with pytest.raises(TimeoutError):
            await second

    run(scenario)


def test_a_read_with_less_time_than_is_left_of_an_earlier_one_ends_in_its_own():
    async def scenario(loop, connection, peer):
        peer.send(b"one")
        await connection.read(100, None)
        second = asyncio.ensure_future(connection.read(10, None))
        await some_turns()
        loop.passed = 20
        with pytest.raises(TimeoutError):
            await second

    run(scenario)


def test_a_read_without_a_limit_outlasts_the_time_of_an_earlier_one():
    async def scenario(loop, connection, peer):
        peer.send(b"one")
        await connection.read(100, None)
        second = asyncio.ensure_future(connection.read(None, None))
        await some_turns()
        loop.passed = 1000
        await some_turns()
        peer.send(b"two")
        assert await second == b"two"

    run(scenario)


def test_a_connection_that_is_closed_leaves_no_timer():
    async def scenario(loop, connection, peer):
        peer.send(b"one")
        await connection.read(100, None)
        connection.close()
        assert all(timer.cancelled() for timer in loop._scheduled)

    run(scenario)


def test_nor_does_one_that_is_dropped():
    async def scenario(loop, _, __):
        ours, peer = socket.socketpair()
        ours.setblocking(False)
        with peer:
            dropped = Connection(ours)
            peer.send(b"one")
            assert await dropped.read(100, None) == b"one"
            del dropped, ours
            await some_turns()
            assert peer.recv(1) == b""
        assert all(timer.cancelled() for timer in loop._scheduled)

    run(scenario)
