"""Which connection is used again: none on which anything came, none that has ended, none that is too old."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
import time
from typing import Any, Self

import pytest
import trustme

from egp import APIStatusError

pytestmark = pytest.mark.parametrize("mode", ["sync", "asyncio", "uvloop", "trio"], indirect=True)

FIRST, SECOND, FORGED = ({"answer": name} for name in ("first", "second", "forged"))


class Corked:
    """A connection in TLS that sends the records of a list in one segment."""

    def __init__(self, wrapped: ssl.SSLSocket) -> None:
        self._wrapped = wrapped

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wrapped, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._wrapped.close()

    def sendall(self, data: Any) -> None:
        self._wrapped.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        for record in data if isinstance(data, list) else [data]:
            self._wrapped.sendall(record)
        self._wrapped.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)


@pytest.fixture(params=["http", "https"])
def url(request, raw_server, monkeypatch, tmp_path):
    """The raw server, in plain HTTP or in TLS."""
    if request.param == "http":
        return raw_server.url
    if not hasattr(socket, "TCP_CORK"):
        pytest.skip("only Linux has TCP_CORK")
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "roots.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "roots.pem"))
    serve = raw_server._serve

    def secured(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            serve(Corked(context.wrap_socket(connection, server_side=True)))
        raw_server._open.discard(connection)

    raw_server._serve = secured
    return raw_server.url.replace("http://", "https://")


def wait_until(is_done):
    while not is_done():
        time.sleep(0.002)


@pytest.fixture(params=["idle", "busy"])
def wait(request):
    """Waits for what comes on an idle connection, while the event loop runs or does other work."""
    if request.param == "idle":
        return lambda client, is_done: wait_until(is_done)
    return lambda client, is_done: client.run(wait_until, is_done)


@pytest.mark.parametrize("how", ["one write", "one segment", "while idle"])
def test_what_nobody_asked_for_is_no_answer_to_the_next_request(make_client, raw_server, url, wait, how):
    first, forged = raw_server.reply(body=FIRST), raw_server.reply(body=FORGED)
    is_sent = threading.Event()
    steps: dict[str, tuple[Any, ...]] = {
        "one write": (first + forged, is_sent.set),
        "one segment": ([first, forged] if url.startswith("https") else first + forged, is_sent.set),
        "while idle": (first, 0.05, forged, is_sent.set),
    }
    raw_server.script(steps[how], raw_server.reply(body=SECOND))
    client = make_client(url, max_retries=0)

    answers = [client.send()]
    wait(client, is_sent.is_set)
    answers.append(client.send())

    assert [json.loads(answer.content) for answer in answers] == [FIRST, SECOND]
    assert raw_server.connections == 2


@pytest.mark.parametrize("end", ["CLOSE", "RESET"])
def test_a_connection_that_has_ended_is_not_tried_again(make_client, raw_server, url, wait, end):
    raw_server.script(
        (raw_server.reply(body=FIRST), 0.05, getattr(raw_server, end)), raw_server.reply(body=SECOND)
    )
    client = make_client(url, max_retries=2)

    client.send()
    wait(client, lambda: not raw_server._open)
    answer = client.send()

    assert json.loads(answer.content) == SECOND
    assert [attempt.status for attempt in answer.attempts] == [200]
    assert len(raw_server.requests) == 2


def test_a_connection_that_has_expired_is_not_used(make_client, raw_server):
    client = make_client(raw_server.url, keepalive_expiry=0.05)

    for _ in range(3):
        client.send()
        time.sleep(0.1)

    assert raw_server.connections == 3


def test_an_early_refusal_that_lingers_is_heard_and_gives_its_place_back(make_client, raw_server, url):
    """The server says its answer, ends its half of the connection, and takes what still comes."""

    def answer(connection: Any, reader: Any) -> bool:
        reader.readline()
        connection.sendall(raw_server.reply(413, {"detail": "too much"}, connection="close"))
        raw = connection._wrapped if isinstance(connection, Corked) else connection
        socket.socket.shutdown(raw, socket.SHUT_WR)
        raw.settimeout(5)
        while raw.recv(65536):
            pass
        return False

    raw_server._answer = answer
    client = make_client(url, max_connections=1, max_retries=0, timeout=20)
    statuses = []

    for _ in range(4):
        with pytest.raises(APIStatusError, match="too much") as caught:
            client.send(content=b"x" * 3_000_000)
        statuses.append(caught.value.status_code)

    assert statuses == [413] * 4
    assert client.open_connections == 0
