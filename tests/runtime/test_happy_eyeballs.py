"""Connecting to the first address that answers, on every kind of client."""

import contextlib
import errno
import socket
import threading
import time

import pytest

from egp._io import happy_eyeballs, lookup
from egp._io.happy_eyeballs import DELAY_SECONDS, Race
from egp._io.lookup import Address
from egp.errors import APIConnectionError, APITimeoutError


@contextlib.contextmanager
def silent_address(host, port):
    """An address whose queue is full, which the kernel answers with silence, as a filter that drops does."""
    with contextlib.ExitStack() as stack:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = stack.enter_context(socket.socket(family))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket(family))
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname()[:2])
        yield


def entry(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return family, socket.SOCK_STREAM, 6, "", (host, port, 0, 0) if ":" in host else (host, port)


@pytest.fixture
def resolve(monkeypatch):
    """Makes a host of these addresses, and returns its URL."""

    def make(port, *hosts):
        real = socket.getaddrinfo

        def found(host, *args, **options):
            return (
                [entry(one, port) for one in hosts] if host == "api.example" else real(host, *args, **options)
            )

        monkeypatch.setattr(socket, "getaddrinfo", found)
        return f"http://api.example:{port}"

    return make


@pytest.fixture
def own(mode):
    if mode.endswith("httpx"):
        pytest.skip("httpx connects in its own way")


def port_of(server):
    return int(server.url.rpartition(":")[2])


@pytest.mark.usefixtures("own")
def test_silent_addresses_cost_a_quarter_of_a_second_each(make_client, raw_server, resolve):
    port = port_of(raw_server)
    url = resolve(port, "127.0.0.2", "127.0.0.3", "127.0.0.1")

    with silent_address("127.0.0.2", port), silent_address("127.0.0.3", port):
        started = time.monotonic()
        response = make_client(url, max_retries=0, deadline=30).send()
        took = time.monotonic() - started

    assert response.status_code == 200
    # No less than the two head starts, and far from a timeout for connecting.
    assert 2 * DELAY_SECONDS <= took < 4


@pytest.mark.usefixtures("own")
def test_a_silent_address_costs_its_head_start_and_next_to_nothing_more(make_client, raw_server, resolve):
    port = port_of(raw_server)
    url = resolve(port, "127.0.0.2", "127.0.0.1")
    # What a first call loads is paid by others.
    make_client(raw_server.url).send()
    took = []

    with silent_address("127.0.0.2", port):
        while len(took) < 10 and (not took or min(took) >= 0.4):
            client = make_client(url, max_retries=0)
            started = time.monotonic()
            assert client.send().status_code == 200
            took.append(time.monotonic() - started)

    # The machine may be busy with others, but not at each of them.
    assert DELAY_SECONDS <= min(took) < 0.4


@pytest.mark.usefixtures("own")
def test_an_address_that_refuses_is_followed_by_the_next_at_once(
    make_client, raw_server, resolve, monkeypatch
):
    monkeypatch.setattr(happy_eyeballs, "DELAY_SECONDS", 60)
    url = resolve(port_of(raw_server), "127.0.0.2", "127.0.0.1")

    assert make_client(url, max_retries=0).send().status_code == 200


@pytest.mark.usefixtures("own")
def test_a_refusal_while_an_earlier_address_is_silent_is_followed_by_the_next(
    make_client, raw_server, resolve
):
    port = port_of(raw_server)
    url = resolve(port, "127.0.0.2", "127.0.0.3", "127.0.0.1")

    with silent_address("127.0.0.2", port):
        assert make_client(url, max_retries=0).send().status_code == 200


@pytest.mark.usefixtures("own")
def test_the_failure_is_the_systems_own_when_all_refuse(make_client, refused_url, resolve):
    url = resolve(int(refused_url.rpartition(":")[2]), "127.0.0.2", "127.0.0.1")

    with pytest.raises(APIConnectionError, match="refused"):
        make_client(url, max_retries=0).send()


@pytest.mark.usefixtures("own")
def test_the_timeout_for_connecting_bounds_all_addresses(make_client, raw_server, resolve):
    port = port_of(raw_server)
    url = resolve(port, "127.0.0.2", "127.0.0.3")

    with (
        silent_address("127.0.0.2", port),
        silent_address("127.0.0.3", port),
        pytest.raises(APITimeoutError, match=r"0\.4 s for connecting"),
    ):
        make_client(url, max_retries=0, timeout=0.4).send()


@pytest.mark.usefixtures("own")
def test_a_host_without_an_address_says_so(make_client, resolve):
    with pytest.raises(APIConnectionError, match="the host has no address"):
        make_client(resolve(9), max_retries=0).send()


@pytest.mark.usefixtures("own")
def test_a_resolver_that_hangs_is_left_at_the_deadline(make_client, mode, monkeypatch):
    released = []

    def hang(*args, **options):
        while not released:
            time.sleep(0.01)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    try:
        with pytest.raises(APITimeoutError, match="deadline"):
            make_client(f"http://{mode}.example", max_retries=0, deadline=0.2).send()
    finally:
        released.append(True)


def test_families_take_turns(monkeypatch):
    found = [entry(host, 1) for host in ("::1", "::2", "1.1.1.1", "1.1.1.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: found)

    addresses = lookup._addresses("host", 1)

    assert [address.address[0] for address in addresses] == ["::1", "1.1.1.1", "::2"]


def test_those_who_ask_for_a_host_at_a_time_share_one_question(monkeypatch):
    asked, go_on = [], []

    def ask(*args, **options):
        asked.append(args)
        while not go_on:
            time.sleep(0.001)
        return [entry("127.0.0.1", 1)]

    monkeypatch.setattr(socket, "getaddrinfo", ask)

    found = [lookup.lookup("shared.example", 1) for _ in range(5)]
    go_on.append(True)
    while not found[0].is_done:
        time.sleep(0.001)

    assert len(asked) == 1
    assert all(one.addresses() for one in found)


def test_a_host_is_looked_up_where_no_thread_is_to_be_had(make_client, raw_server, own, monkeypatch):
    """As when the process has as many as it may have, and, on some Pythons, in what `atexit` calls."""
    client = make_client(raw_server.url.replace("127.0.0.1", "localhost"))
    start = threading.Thread.start

    def refuse(thread):
        if thread.name == "egp lookup":
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)

    assert client.send().status_code == 200


def test_a_race_that_is_given_up_closes_all_its_sockets(raw_server):
    address = Address(socket.AF_INET, socket.SOCK_STREAM, 6, ("127.0.0.1", port_of(raw_server)))
    race = Race([address, address])
    race.step([], 0.0)
    race.step([], DELAY_SECONDS)
    begun = list(race.pending)

    race.close()

    assert [one.fileno() for one in begun] == [-1, -1]


def test_an_address_of_an_unknown_family_is_passed_over():
    race = Race([Address(-7, socket.SOCK_STREAM, 6, ("127.0.0.1", 1))])

    with pytest.raises(OSError, match=r".") as caught:
        race.step([], 0.0)

    assert caught.value.errno in (errno.EAFNOSUPPORT, errno.EINVAL, errno.EPROTONOSUPPORT)
