"""The engine and its exchanges, where a call does not go its ordinary way."""

from __future__ import annotations

import errno
import socket
import threading
import time

import httpx
import pytest

from egp import APIConnectionError, APIStatusError, APITimeoutError
from egp._core.request import Request
from tests.conftest import session_of


@pytest.fixture
def silent_after_connecting():
    """A URL where connections are made, and nobody says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


OWN = pytest.mark.parametrize("mode", ["sync", "asyncio", "uvloop", "trio"], indirect=True)


@OWN
def test_a_server_that_takes_nothing_is_a_timeout_of_sending(make_client, silent_after_connecting):
    client = make_client(silent_after_connecting, max_retries=0)

    with pytest.raises(APITimeoutError, match=r"the timeout of 0\.2 s for sending"):
        client.send(content=b"x" * 12_000_000, timeout=httpx.Timeout(5, write=0.2))

    assert client.open_connections == 0


@OWN
@pytest.mark.parametrize("half_closes", [False, True])
def test_what_a_server_says_before_it_takes_no_more_is_heard(make_client, raw_server, half_closes):
    def refuse(connection, reader):
        while reader.readline() != b"\r\n":
            pass
        connection.sendall(raw_server.reply(413, {"message": "too large"}))
        if half_closes:
            connection.shutdown(socket.SHUT_WR)
        is_over.wait(60)
        return False

    is_over = threading.Event()
    raw_server._answer = refuse
    client = make_client(raw_server.url, max_retries=2)

    with pytest.raises(APIStatusError, match="too large"):
        client.send(content=b"x" * 12_000_000, timeout=httpx.Timeout(20, write=0.2))

    # The rest of the request would be taken for the begin of the next.
    assert client.open_connections == 0
    assert raw_server.connections == 1
    is_over.set()


@OWN
def test_a_server_that_takes_a_little_at_a_time_is_waited_for(make_client, raw_server):
    """The timeout for sending is for each wait: no part of this one is as long, the whole is longer."""

    def slowly(connection, reader):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        left = 0
        while (line := reader.readline()) != b"\r\n":
            left = int(line.split(b":")[1]) if line.startswith(b"content-length") else left
        for _ in range(15):
            time.sleep(0.1)
            left -= len(reader.read(min(left, 800_000)))
        reader.read(left)
        connection.sendall(raw_server.reply())
        return True

    raw_server._answer = slowly
    client = make_client(raw_server.url, max_retries=0)

    answer = client.send(content=b"x" * 12_000_000, timeout=httpx.Timeout(20, write=1))

    assert answer.status_code == 200


@OWN
def test_a_first_write_that_fails_is_not_followed_by_the_whole_wait_for_an_answer(
    make_client, silent_after_connecting, monkeypatch, mode
):
    """Such a call once waited for 600 s, three times."""

    def broken(*_):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    async def broken_async(*_):
        broken()

    if mode == "sync":
        monkeypatch.setattr("egp._io.backends.blocking.Connection.write", broken)
    else:
        monkeypatch.setattr("egp._io.backends.nonblocking.Connection.write", broken_async)
    client = make_client(silent_after_connecting, max_retries=0, timeout=60)
    started = time.monotonic()

    with pytest.raises(APIConnectionError, match="broke while sending the request: Broken pipe"):
        client.send()

    assert time.monotonic() - started < 60
    assert client.open_connections == 0


@OWN
def test_a_request_for_events_is_opened_and_one_for_json_is_sent(make_client, raw_server):
    raw_server.script(raw_server.reply())
    client = make_client(raw_server.url)
    session = session_of(client.client)

    with pytest.raises(TypeError, match="is opened, not sent"):
        client.run(session.send, Request("POST", "/x", content=b"{}", expects="events"))
    with pytest.raises(TypeError, match="is sent, not opened"):
        client.run(session.open, Request("POST", "/x", content=b"{}"))


def test_the_end_of_a_stream_may_be_told_twice(make_client, raw_server):
    raw_server.script((raw_server.events(), raw_server.chunk(b"data: {}\n\n"), b"0\r\n\r\n"))
    stream = make_client(raw_server.url).open()

    stream.finish()
    stream.finish()
    stream.close()

    assert stream.read() == b""


class Faulty:
    """An exchange with a fault of its own."""

    stage = None

    def __init__(self, fault):
        self._fault = fault
        self.is_closed = False

    def read(self, until):
        raise self._fault

    def close(self):
        self.is_closed = True

    async def aclose(self):
        self.is_closed = True


@pytest.mark.parametrize(
    ("mode", "fault"),
    [
        *((mode, ZeroDivisionError) for mode in ("sync", "asyncio", "uvloop", "trio")),
        ("sync", KeyboardInterrupt),
    ],
    indirect=["mode"],
)
def test_what_is_no_failure_of_the_connection_closes_it_and_passes(make_client, raw_server, fault):
    raw_server.script((raw_server.events(), 5.0))
    stream = make_client(raw_server.url).open()
    real, faulty = stream.reply._exchange, Faulty(fault)
    stream.reply._exchange = faulty

    with pytest.raises(fault):
        stream.read()

    assert faulty.is_closed
    real.abandon()


@OWN
def test_the_prompt_of_a_stream_is_logged_when_asked_for_by_name(make_client, raw_server, caplog):
    caplog.set_level("DEBUG", logger="egp")
    raw_server.script((raw_server.events(), b"0\r\n\r\n"))

    make_client(raw_server.url, log_bodies=True).open(content=b'{"prompt": "asked"}').close()

    assert 'request body: {"prompt": "asked"}' in caplog.messages


@pytest.mark.parametrize("layer", ["httpx", "httpcore"])
@OWN
def test_a_patch_is_seen_as_long_as_it_is_there(make_client, raw_server, monkeypatch, layer, mode):
    raw_server.script(raw_server.reply())
    client = make_client(raw_server.url)
    seen = []
    owner, name = {
        ("httpx", True): ("httpx.HTTPTransport", "handle_request"),
        ("httpx", False): ("httpx.AsyncHTTPTransport", "handle_async_request"),
        ("httpcore", True): ("httpcore.ConnectionPool", "handle_request"),
        ("httpcore", False): ("httpcore.AsyncConnectionPool", "handle_async_request"),
    }[layer, mode == "sync"]
    kind = getattr(__import__(layer), owner.partition(".")[2])
    real = getattr(kind, name)

    def noted(self, request):
        seen.append(request.url)
        return real(self, request)

    client.send()
    with monkeypatch.context() as patch:
        patch.setattr(f"{owner}.{name}", noted)
        client.send()
    client.send()
    client.close()

    assert len(seen) == 1
    assert len(raw_server.requests) == 3
    assert client.open_connections == 0
