"""Closing a client under those who use it: they are told, and what they use is theirs until they let go."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading

import anyio
import pytest
import trustme

from egp import APIConnectionError, AsyncClient, Client, EGPError
from egp._io.backends import asyncio, blocking, nonblocking

KEY = "sk-secret-key"


@pytest.fixture
def drain_url(monkeypatch, tmp_path):
    """A server in TLS that takes what comes, and never answers."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "roots.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "roots.pem"))

    def accept():
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=drain, args=(listener.accept()[0],), daemon=True).start()

    def drain(connection):
        with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as secured:
            while secured.recv(65536):
                pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def test_nothing_of_a_connection_goes_into_a_file_that_is_opened_while_its_client_is_closed(
    drain_url, tmp_path
):
    """The number of a descriptor that is closed under its user is given to the next file."""
    request = {"model": "m", "messages": [{"role": "user", "content": "x" * 20_000_000}]}
    messages = []
    sizes = set()

    def upload(client):
        with pytest.raises(EGPError) as caught:
            client.chat.completions.create(**request)
        messages.append(str(caught.value).partition(" (")[0])

    for _ in range(4):
        client = Client(api_key=KEY, base_url=drain_url, max_retries=0, timeout=30)
        threads = [threading.Thread(target=upload, args=(client,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        threads[0].join(0.1)
        client.close()
        for number in range(200):
            with open(tmp_path / str(number), "wb"):
                threads[0].join(0.0005)
            sizes.add(os.path.getsize(tmp_path / str(number)))
        for thread in threads:
            thread.join(30)
            assert not thread.is_alive()

    assert sizes == {0}
    assert set(messages) <= {"the client was closed during the call", "the client is closed"}
    assert len(messages) == 12


@pytest.fixture
def closings(monkeypatch):
    """Notes in which thread connections are closed."""
    noted = []
    for kind in (blocking.Connection, nonblocking.Connection, asyncio.Connection):
        real = kind.close

        def close(self, real=real):
            noted.append(threading.get_ident())
            real(self)

        monkeypatch.setattr(kind, "close", close)
    return noted


def test_whoever_uses_a_connection_closes_it(server_url, closings):
    client = Client(api_key=KEY, base_url=server_url, max_retries=0)

    def call():
        users.append(threading.get_ident())
        with pytest.raises(APIConnectionError, match="the client was closed during the call"):
            client.chat.completions.create(model="whole:30", messages=[{"role": "user", "content": "x"}])

    users = []
    thread = threading.Thread(target=call)
    thread.start()
    thread.join(0.3)
    client.close()
    thread.join(20)

    assert not thread.is_alive()
    assert closings == users


def test_the_loop_that_uses_a_connection_closes_it(run, server_url, closings):
    client = AsyncClient(api_key=KEY, base_url=server_url, max_retries=0)
    is_under_way = threading.Event()

    async def call():
        with pytest.raises(APIConnectionError, match="the client was closed during the call"):
            await client.chat.completions.create(
                model="whole:30", messages=[{"role": "user", "content": "x"}]
            )

    async def main():
        users.append(threading.get_ident())
        async with anyio.create_task_group() as group:
            group.start_soon(call)
            await anyio.sleep(0.3)
            is_under_way.set()

    users = []
    thread = threading.Thread(target=run, args=(main,))
    thread.start()
    is_under_way.wait(20)
    run(client.close)
    thread.join(20)

    assert not thread.is_alive()
    assert closings == users
