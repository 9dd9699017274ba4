"""Calls through proxies, over our own transport: forwarded and through tunnels."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import anyio
import pytest
import trustme

from egp import APIConnectionError, APIStatusError, Client, EGPError

KEY = "sk-secret-key"
NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
ASK: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "x"}]}


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch, mode):
    if mode.endswith("httpx"):
        pytest.skip("a given client has its own proxies")
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


class TunnelProxy:
    """A proxy that makes tunnels, with a password or without, and answers as it is told to."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._context = context
        self.port = self._listener.getsockname()[1]
        self.heads: list[str] = []
        self.password: str | None = None
        self.answer: bytes | None = None
        """What to say in place of making the tunnel."""
        self.bytes_to_server = b""
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            with connection:
                self._tunnel(connection)

    def _tunnel(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            data = connection.recv(4096)
            if not data:
                return
            head += data
        self.heads.append(head.decode())
        wanted = None if self.password is None else b64encode(self.password.encode()).decode()
        if wanted is not None and f"Basic {wanted}" not in self.heads[-1]:
            connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 4\r\n\r\nwho?")
            return
        if self.answer is not None:
            connection.sendall(self.answer)
            return
        host, _, port = head.split()[1].decode().rpartition(":")
        with socket.create_connection((host, int(port))) as server:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=self._copy, args=(server, connection), daemon=True)
            back.start()
            self._copy(connection, server, note=True)
            back.join()

    def _copy(self, source: socket.socket, target: socket.socket, *, note: bool = False) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if note:
                    self.bytes_to_server += data
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def secure_url(authority, raw_server, monkeypatch, tmp_path) -> str:
    """The raw server behind TLS, its authority trusted."""
    context = server_context(authority)
    serve = raw_server._serve

    def secured(connection: socket.socket) -> None:
        try:
            wrapped = context.wrap_socket(connection, server_side=True)
        except OSError:
            connection.close()
            return
        serve(wrapped)

    raw_server._serve = secured
    path = tmp_path / "roots.pem"
    authority.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return raw_server.url.replace("http://", "https://")


@pytest.fixture(params=["http", "https"])
def proxy(request, authority, monkeypatch) -> Iterator[TunnelProxy]:
    """A proxy of the environment, itself spoken to in plain HTTP or in TLS."""
    proxy = TunnelProxy(server_context(authority) if request.param == "https" else None)
    proxy.scheme = request.param
    monkeypatch.setenv("HTTPS_PROXY", f"{request.param}://127.0.0.1:{proxy.port}")
    yield proxy
    proxy.stop()


def test_calls_go_through_a_tunnel_which_is_kept(make_client, raw_server, secure_url, proxy):
    client = make_client(secure_url)

    answers = [client.send(content=b"x" * 300_000) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [len(body) for _, body in raw_server.requests] == [300_000] * 3
    assert len(proxy.heads) == 1


def test_a_stream_goes_through_a_tunnel(make_client, raw_server, secure_url, proxy):
    raw_server.script((raw_server.events(), raw_server.chunk(b"data: 1\n\n"), 0.02, b"0\r\n\r\n"))

    stream = make_client(secure_url).open()

    assert stream.read_all() == b"data: 1\n\n"


def test_a_stream_in_a_tunnel_that_is_held_open_is_over_when_it_says_so(
    make_client, raw_server, secure_url, proxy
):
    raw_server.script((raw_server.events(), raw_server.chunk(b"data: [DONE]\n\n"), raw_server.HOLD))
    client = make_client(secure_url, timeout=20)
    stream = client.open()
    started = time.monotonic()

    first = stream.read()
    stream.finish()

    assert first == b"data: [DONE]\n\n"
    assert time.monotonic() - started < 20
    assert client.open_connections == 0


def test_the_proxy_of_a_tunnel_gets_neither_the_key_nor_the_prompt(
    make_client, raw_server, secure_url, proxy
):
    make_client(secure_url).send(content=b"my private prompt")

    seen = proxy.heads[0].encode() + proxy.bytes_to_server
    assert KEY.encode() not in seen
    assert b"private prompt" not in seen
    assert {line.partition(":")[0] for line in proxy.heads[0].split("\r\n")[1:] if line} == {
        "host",
        "user-agent",
    }


def test_the_password_of_the_url_is_given_to_the_proxy_alone(
    make_client, raw_server, secure_url, proxy, monkeypatch
):
    proxy.password = "user:pass word"
    monkeypatch.setenv("HTTPS_PROXY", f"{proxy.scheme}://user:pass%20word@127.0.0.1:{proxy.port}")

    assert make_client(secure_url).send().status_code == 200
    assert "proxy-authorization" not in raw_server.requests[0][0].lower()


def test_a_wrong_password_is_an_error_that_names_the_proxy_and_shows_no_password(
    make_client, secure_url, proxy, monkeypatch
):
    proxy.password = "user:right"
    monkeypatch.setenv("HTTPS_PROXY", f"{proxy.scheme}://user:wrong-secret@127.0.0.1:{proxy.port}")

    with pytest.raises(APIConnectionError, match="HTTP 407 Proxy Authentication Required") as caught:
        make_client(secure_url, max_retries=2).send()

    assert f"through the proxy {proxy.scheme}://127.0.0.1:{proxy.port}" in str(caught.value)
    assert "wrong-secret" not in repr(vars(caught.value))
    assert len(caught.value.attempts) == 1


def test_a_proxy_that_cannot_reach_the_server_is_asked_again(make_client, secure_url, proxy):
    proxy.answer = b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n"

    with pytest.raises(APIConnectionError, match="502 Bad Gateway") as caught:
        make_client(secure_url, max_retries=1).send()

    assert len(caught.value.attempts) == 2


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 200", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\ninjected"],
    ids=["nothing", "half a head", "nonsense", "bytes after the head"],
)
def test_a_tunnel_that_is_cut_or_damaged_is_a_connection_error(make_client, secure_url, proxy, answer):
    proxy.answer = answer

    with pytest.raises(APIConnectionError) as caught:
        make_client(secure_url, max_retries=0).send()

    assert "through the proxy" in str(caught.value)


def test_calls_that_are_cancelled_leave_the_others_a_place(make_client, raw_server, secure_url, proxy, mode):
    if mode == "sync":
        pytest.skip("threads are not cancelled")
    raw_server.script(*[(raw_server.HOLD,)] * 8, raw_server.reply(body=b"{}"))
    client = make_client(secure_url, max_connections=8, max_retries=0)

    async def cancelled() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(8):
                group.start_soon(client.client._session.send, client._request("/x", b"{}", "json", {}))
            while len(raw_server.requests) < 8:  # noqa: ASYNC110 - another thread fills it
                await anyio.sleep(0.01)
            group.cancel_scope.cancel()

    client.run(cancelled)

    assert client.send().status_code == 200
    assert client.open_connections == 1


def test_a_plain_request_is_forwarded_with_its_whole_url(make_client, raw_server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", raw_server.url.replace("http://", "http://user:secret@"))

    make_client("http://api.example.com/base").send()

    head = raw_server.requests[0][0].lower()
    assert head.startswith("post http://api.example.com/base/v5/chat/completions http/1.1")
    assert f"proxy-authorization: basic {b64encode(b'user:secret').decode().lower()}" in head
    assert "host: api.example.com" in head


def test_407_of_a_proxy_that_forwards_is_a_status(make_client, raw_server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", raw_server.url)
    raw_server.script(raw_server.reply(407, body=b"who are you?", content_type="text/plain"))

    with pytest.raises(APIStatusError, match="HTTP 407: who are you"):
        make_client("http://api.example.com").send()


def test_a_proxy_that_is_down_is_named(make_client, refused_url, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", refused_url)

    with pytest.raises(APIConnectionError, match=f"through the proxy {refused_url}"):
        make_client("https://api.example.com", max_retries=0).send()


def test_what_is_no_proxy_is_said_before_anything_is_sent(make_client, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@proxy:port")

    with pytest.raises(EGPError, match="HTTPS_PROXY is not the URL of a proxy") as caught:
        make_client("https://api.example.com").send()

    assert "secret" not in str(caught.value)


def test_a_socks_proxy_without_its_package_says_what_to_install(monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    with (
        Client(api_key=KEY, base_url="https://api.example.com") as client,
        pytest.raises(EGPError, match=r"httpx\[socks\]"),
    ):
        client.chat.completions.create(**ASK)


# TLS


def test_a_certificate_file_that_is_replaced_is_read_anew(
    make_client, raw_server, secure_url, monkeypatch, tmp_path
):
    client = make_client(secure_url, max_retries=0)
    client.send()
    other = trustme.CA()
    other.cert_pem.write_to_path(str(tmp_path / "roots.pem"))

    with pytest.raises(APIConnectionError, match="certificate"):
        make_client(secure_url, max_retries=0).send()


def test_the_secrets_of_tls_are_logged_from_the_moment_on_at_which_that_is_asked_for(
    make_client, secure_url, monkeypatch, tmp_path
):
    monkeypatch.delenv("SSLKEYLOGFILE", raising=False)
    log = tmp_path / "keys.log"
    make_client(secure_url).send()
    monkeypatch.setenv("SSLKEYLOGFILE", str(log))

    make_client(secure_url).send()

    assert "CLIENT_TRAFFIC_SECRET_0" in log.read_text()


@pytest.mark.parametrize("name", ["missing.pem", "empty.pem"])
def test_a_certificate_file_that_is_not_there_is_named_once(
    make_client, secure_url, monkeypatch, tmp_path, name
):
    (tmp_path / "empty.pem").write_text("nothing")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / name))

    with pytest.raises(EGPError, match=f"SSL_CERT_FILE names .*{name}") as caught:
        make_client(secure_url, max_retries=2).send()

    assert not isinstance(caught.value, APIConnectionError)


def test_a_context_of_ones_own_shows_a_client_certificate(make_client, raw_server, authority, monkeypatch):
    context = server_context(authority)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    serve = raw_server._serve

    def secured(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            serve(context.wrap_socket(connection, server_side=True))

    raw_server._serve = secured
    own = ssl.create_default_context()
    authority.configure_trust(own)
    authority.issue_cert("client@example.com").configure_cert(own)
    url = raw_server.url.replace("http://", "https://")

    assert make_client(url, ssl_context=own).send().status_code == 200
    with pytest.raises(APIConnectionError):
        make_client(url, max_retries=0).send()
