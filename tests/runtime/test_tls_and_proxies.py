import socket
import ssl

import pytest
import trustme

from egp import APIConnectionError
from egp._core.config import Origin
from egp._io.proxies import machine_proxy

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def secure_url(authority, raw_server):
    """The raw server behind TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    serve = raw_server._serve

    def secured(connection):
        try:
            wrapped = context.wrap_socket(connection, server_side=True)
        except OSError:
            connection.close()
            return
        serve(wrapped)

    raw_server._serve = secured
    return raw_server.url.replace("http://", "https://")


@pytest.fixture
def trusted(authority, monkeypatch, tmp_path):
    path = tmp_path / "roots.pem"
    authority.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))


def own(mode):
    if mode.endswith("httpx"):
        pytest.skip("TLS settings of a given client are its own")


def test_a_trusted_server_is_spoken_to_and_its_connection_kept(
    make_client, raw_server, secure_url, trusted, mode
):
    own(mode)
    client = make_client(secure_url)
    raw_server.script(raw_server.reply(body={"ok": True}))

    contents = [client.send().content for _ in range(3)]

    assert contents == [b'{"ok": true}'] * 3
    assert raw_server.connections == 1


def test_a_stream_over_tls_is_read_to_its_end(make_client, raw_server, secure_url, trusted, mode):
    own(mode)
    events = [raw_server.chunk(b"data: %d\n\n" % number) for number in range(50)]
    raw_server.script((raw_server.events(), *events, b"0\r\n\r\n"))
    client = make_client(secure_url)

    received = client.open().read_all()

    assert received == b"".join(b"data: %d\n\n" % number for number in range(50))


def test_a_certificate_that_is_not_trusted_is_a_connection_error_at_once(make_client, secure_url, mode):
    client = make_client(secure_url)

    with pytest.raises(APIConnectionError, match=r"(?i)certificate verify failed") as caught:
        client.send()

    assert len(caught.value.attempts) == 1
    assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)


def test_a_certificate_of_another_host_is_refused(make_client, raw_server, secure_url, trusted, mode):
    own(mode)
    client = make_client(secure_url.replace("127.0.0.1", "127.0.0.2"), max_retries=0)

    with pytest.raises(APIConnectionError):
        client.send()


def test_a_dot_at_the_end_of_a_host_is_no_part_of_its_name_in_a_certificate(
    make_client, raw_server, secure_url, trusted, mode, monkeypatch
):
    own(mode)
    found = socket.getaddrinfo("127.0.0.1", int(secure_url.rpartition(":")[2]), type=socket.SOCK_STREAM)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    answer = make_client(secure_url.replace("127.0.0.1", "localhost."), max_retries=0).send()

    assert answer.status_code == 200


def test_a_server_without_tls_is_a_connection_error(make_client, raw_server, trusted, mode):
    own(mode)
    client = make_client(raw_server.url.replace("http://", "https://"), max_retries=0, timeout=0.3)

    with pytest.raises(APIConnectionError):
        client.send()


def test_a_handshake_that_never_ends_is_a_timeout(make_client, trusted, mode):
    own(mode)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = make_client(f"https://127.0.0.1:{silent.getsockname()[1]}", max_retries=0, timeout=0.2)

        with pytest.raises(APIConnectionError, match=r"timeout of 0\.2 s for connecting"):
            client.send()


@pytest.mark.parametrize(
    ("environ", "scheme", "host", "proxied"),
    [
        ({}, "https", "example.com", False),
        ({"HTTPS_PROXY": "http://p:1"}, "https", "example.com", True),
        ({"https_proxy": "http://p:1"}, "https", "example.com", True),
        ({"HTTPS_PROXY": "http://p:1"}, "http", "example.com", False),
        ({"HTTP_PROXY": "http://p:1"}, "http", "example.com", True),
        ({"ALL_PROXY": "http://p:1"}, "https", "example.com", True),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "example.com"}, "https", "example.com", False),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": ".example.com"}, "https", "api.example.com", False),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "*"}, "https", "example.com", False),
    ],
)
def test_the_environment_tells_of_proxies(monkeypatch, environ, scheme, host, proxied):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    assert (machine_proxy(Origin(scheme, host, 443)) is not None) is proxied


def test_a_proxy_of_the_environment_is_used(make_client, raw_server, monkeypatch, mode):
    own(mode)
    monkeypatch.setenv("HTTP_PROXY", raw_server.url)
    client = make_client("http://api.example.com/base")

    reply = client.send()

    assert reply.status_code == 200
    head = raw_server.requests[0][0]
    assert head.startswith("POST http://api.example.com/base/v5/chat/completions HTTP/1.1")
    assert "x-api-key: sk-secret-key" in head


def test_a_proxy_is_not_used_for_hosts_that_are_named(make_client, raw_server, monkeypatch, mode):
    own(mode)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    assert make_client(raw_server.url).send().status_code == 200


def test_a_proxy_that_is_down_is_a_connection_error(make_client, refused_url, monkeypatch, mode):
    own(mode)
    monkeypatch.setenv("HTTP_PROXY", refused_url)

    with pytest.raises(APIConnectionError):
        make_client("http://api.example.com", max_retries=0).send()


def test_no_cookie_of_one_account_goes_out_with_the_calls_of_another(
    make_client, raw_server, monkeypatch, mode
):
    own(mode)
    monkeypatch.setenv("HTTP_PROXY", raw_server.url)
    raw_server.script(raw_server.reply(set_cookie="session=of-one"))
    client = make_client("http://api.example.com")
    client.send()

    client.with_options(api_key="another").send()

    assert "cookie" not in raw_server.requests[1][0].lower()
