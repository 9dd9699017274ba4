import asyncio
import socket

import pytest

from egp import AsyncClient
from egp._core.request import Request
from egp._io import happy_eyeballs as eyeballs
from egp._io.happy_eyeballs import first_to_answer, resolved
from tests.inside import session_of


class Made:
    """What the connections of a test do: an error to raise, or seconds after which they are made."""

    def __init__(self, **behaviours):
        self.behaviours = behaviours
        self.tried, self.closed = [], []

    async def connect(self, address):
        self.tried.append(address)
        behaviour = self.behaviours[address]
        if isinstance(behaviour, Exception):
            raise behaviour
        await asyncio.sleep(behaviour)
        return address

    def run(self):
        async def main():
            result = await first_to_answer(list(self.behaviours), self.connect, self.closed.append)
            await asyncio.sleep(0)
            return result

        return asyncio.run(main(), debug=True)


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    monkeypatch.setattr(eyeballs, "DELAY_SECONDS", 0.01)


def test_the_first_address_is_taken_when_it_answers():
    made = Made(a=0, b=0)

    assert (made.run(), made.tried) == ("a", ["a"])


def test_an_address_that_is_silent_does_not_hold_up_the_next():
    made = Made(a=60, b=0)

    assert (made.run(), made.tried) == ("b", ["a", "b"])


def test_an_address_that_fails_is_followed_by_the_next_at_once():
    made = Made(a=OSError("no"), b=0)

    assert made.run() == "b"


def test_the_last_failure_is_raised_when_all_fail():
    made = Made(a=OSError("one"), b=ConnectionRefusedError("two"))

    with pytest.raises(ConnectionRefusedError, match="two"):
        made.run()


def test_a_connection_that_comes_too_late_is_closed():
    made = Made(a=0.02, b=0.01)

    winner = made.run()

    assert winner in ("a", "b")
    assert set(made.closed) <= {"a", "b"} - {winner}


def test_whoever_stops_waiting_gets_nothing_later():
    made = Made(a=60, b=60)

    async def main():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await first_to_answer(["a", "b"], made.connect, made.closed.append)
        await asyncio.sleep(0)
        return asyncio.all_tasks() - {asyncio.current_task()}

    assert asyncio.run(main()) == set()


def test_families_take_turns(monkeypatch):
    def entry(family, address):
        return family, socket.SOCK_STREAM, 6, "", (address, 1)

    async def main():
        async def found(*args, **options):
            six, four = socket.AF_INET6, socket.AF_INET
            return [entry(six, "::1"), entry(six, "::2"), entry(four, "1.1.1.1"), entry(four, "1.1.1.1")]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", found)
        return await resolved("host", 1)

    assert asyncio.run(main()) == ["::1", "1.1.1.1", "::2"]


def test_a_call_reaches_the_address_that_answers(raw_server, monkeypatch):
    async def main():
        async def addresses(host, port):
            return ["192.0.2.1", "127.0.0.1"]

        monkeypatch.setattr("egp._io.backends.asyncio.resolved", addresses)
        async with AsyncClient(api_key="k", base_url=raw_server.url, max_retries=0) as client:
            return (await session_of(client).send(Request("POST", "/x"))).status_code

    assert asyncio.run(main(), debug=True) == 200
