"""`egp doctor` on set-ups that are broken, each in one way: it names the cause, and a remedy."""

import contextlib
import json
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from tests.cli.conftest import KEY
from tests.cli.test_chat import documented


@contextlib.contextmanager
def listening(serve):
    """Run `serve(connection)` for each connection to a port of this machine; give the port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            try:
                connection = listener.accept()[0]
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                serve(connection)

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        # Wakes accept(), which closing does not.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def answering(answer):
    """Read the head of a request, and send this."""

    def serve(connection):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = connection.recv(65536)
            if not piece:
                return
            head += piece
        connection.sendall(answer)

    return serve


def encrypted(certificate, serve=lambda connection: connection.recv(1)):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)

    def serve_encrypted(connection):
        with context.wrap_socket(connection, server_side=True) as inner:
            serve(inner)

    return serve_encrypted


@pytest.fixture
def authority(monkeypatch, tmp_path):
    """An authority that is trusted."""
    made = trustme.CA()
    made.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return made


@pytest.fixture
def doctor(egp):
    """Run `egp doctor --json`; give what it found, and its one failure or else its warnings."""

    def run(*arguments):
        done = egp("doctor", "--json", "--timeout", "5", *arguments)
        found = json.loads(done.out)
        documented("`egp doctor --json`").validate(found)
        assert KEY not in done.out + done.err
        assert done.code == (0 if found["ok"] else 1)
        return found

    return run


def cause(found):
    """Return the check that failed: the last, and the only one."""
    failed = [check for check in found["checks"] if check["status"] == "failed"]
    assert failed == found["checks"][-1:], found["checks"]
    assert failed[0]["remedy"]
    return failed[0]


def warnings(found):
    return [check for check in found["checks"] if check["status"] == "warning"]


def test_a_set_up_that_works_is_ok(server, doctor):
    found = doctor()
    assert found["ok"]
    assert not warnings(found)
    assert [check["name"] for check in found["checks"]][-1] == "call"
    assert len(server.requests) == 1


def test_each_value_says_where_it_comes_from(server, egp, monkeypatch):
    monkeypatch.setenv("https_proxy", "http://user:hunter2@proxy.example:3128")
    monkeypatch.setenv("SGP_ACCOUNT_ID", "short")
    shown = egp("doctor", "--offline").out
    assert "…ABCD  (EGP_API_KEY)" in shown
    assert "…  (SGP_ACCOUNT_ID)" in shown
    assert "http://…@proxy.example:3128  (https_proxy)" in shown
    assert "certifi's roots  (default)" in shown
    assert "hunter2" not in shown
    assert KEY[:-4] not in shown


def test_1_no_key(doctor, monkeypatch):
    monkeypatch.delenv("EGP_API_KEY")
    found = cause(doctor())
    assert (found["name"], "EGP_API_KEY" in found["remedy"]) == ("configuration", True)


def test_2_a_key_of_two_lines(doctor, monkeypatch):
    monkeypatch.setenv("EGP_API_KEY", f"{KEY}\n{KEY}")
    found = cause(doctor())
    assert (found["name"], "copy the value" in found["remedy"]) == ("configuration", True)


def test_3_a_base_url_that_is_none(doctor, monkeypatch):
    monkeypatch.setenv("EGP_BASE_URL", "api.example.com")
    found = cause(doctor())
    assert (found["name"], "EGP_BASE_URL" in found["remedy"]) == ("configuration", True)


def test_4_a_name_that_is_unknown(doctor, monkeypatch):
    monkeypatch.setenv("EGP_BASE_URL", "https://nowhere.invalid")
    found = cause(doctor())
    assert (found["name"], "spelling" in found["remedy"]) == ("name", True)


def test_5_a_port_that_is_closed(doctor, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("EGP_BASE_URL", f"https://127.0.0.1:{port}")
    found = cause(doctor())
    assert (found["name"], "firewall" in found["remedy"]) == ("connection", True)


def test_6_a_certificate_that_has_ended(doctor, monkeypatch, authority):
    now = datetime.now(UTC)
    certificate = authority.issue_cert(
        "127.0.0.1", not_before=now - timedelta(9), not_after=now - timedelta(1)
    )
    with listening(encrypted(certificate)) as port:
        monkeypatch.setenv("EGP_BASE_URL", f"https://127.0.0.1:{port}")
        found = cause(doctor())
    assert (found["name"], "its time is over" in found["remedy"]) == ("TLS", True)


def test_7_a_certificate_for_another_name(doctor, monkeypatch, authority):
    with listening(encrypted(authority.issue_cert("other.example"))) as port:
        monkeypatch.setenv("EGP_BASE_URL", f"https://127.0.0.1:{port}")
        found = cause(doctor())
    assert (found["name"], "another name" in found["remedy"]) == ("TLS", True)


def test_8_an_authority_that_is_not_trusted(doctor, monkeypatch):
    with listening(encrypted(trustme.CA().issue_cert("127.0.0.1"))) as port:
        monkeypatch.setenv("EGP_BASE_URL", f"https://127.0.0.1:{port}")
        found = cause(doctor())
    assert (found["name"], "set SSL_CERT_FILE" in found["remedy"]) == ("TLS", True)


def test_9_https_to_a_port_of_http(doctor, monkeypatch):
    with listening(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port:
        monkeypatch.setenv("EGP_BASE_URL", f"https://127.0.0.1:{port}")
        found = cause(doctor())
    assert (found["name"], "use http://" in found["remedy"]) == ("TLS", True)


def test_10_a_file_of_certificates_that_is_missing(doctor, monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with listening(encrypted(trustme.CA().issue_cert("127.0.0.1"))) as port:
        monkeypatch.setenv("EGP_BASE_URL", f"https://127.0.0.1:{port}")
        found = cause(doctor())
    assert (found["name"], "SSL_CERT_FILE" in found["detail"]) == ("TLS", True)


def test_11_a_proxy_that_is_down(doctor, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("EGP_BASE_URL", "https://api.example.com")
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
    found = cause(doctor())
    assert (found["name"], "the proxy" in found["detail"], "HTTPS_PROXY" in found["remedy"]) == (
        "connection",
        True,
        True,
    )


@pytest.mark.parametrize(
    ("answer", "remedy"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "user:password"),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", "NO_PROXY"),
    ],
)
def test_12_a_proxy_that_refuses(doctor, monkeypatch, answer, remedy):
    with listening(answering(answer)) as port:
        monkeypatch.setenv("EGP_BASE_URL", "https://api.example.com")
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        found = cause(doctor())
    assert (found["name"], remedy in found["remedy"]) == ("proxy", True)


def test_13_a_proxy_that_is_no_url(doctor, monkeypatch):
    monkeypatch.setenv("EGP_BASE_URL", "https://api.example.com")
    monkeypatch.setenv("HTTPS_PROXY", "http://:hunter2:")
    found = cause(doctor())
    assert (found["name"], "hunter2" in str(found)) == ("proxy", False)


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (401, "the key is unknown"),
        (403, "EGP_ACCOUNT_ID"),
        (404, "check the path"),
        (429, "quota"),
        (503, "try again later"),
    ],
)
def test_14_a_service_that_refuses(server, doctor, status, remedy):
    server.fail(status)
    found = cause(doctor())
    assert (found["name"], remedy in found["remedy"]) == ("call", True)


def test_15_a_portal_that_asks_to_log_in(server, doctor):
    server.fail(200, "<html>Please log in</html>")
    found = cause(doctor())
    assert (found["name"], "portal" in found["remedy"]) == ("call", True)


def test_16_a_server_that_never_answers(server, doctor):
    server.reply("late", delay=60)
    found = cause(doctor("--timeout", "0.3"))
    assert (found["name"], "--timeout" in found["remedy"]) == ("call", True)


def test_17_a_connection_that_breaks(server, doctor):
    server.drop()
    found = cause(doctor())
    assert (found["name"], "broke" in found["remedy"]) == ("call", True)


def test_18_a_clock_that_is_wrong(server, doctor):
    server.fail(200, {"items": [{"model_name": "a"}]}, headers={"date": "Mon, 01 Jan 2024 00:00:00 GMT"})
    found = doctor()
    assert [check["name"] for check in warnings(found)] == ["clock"]
    assert "ahead of" in warnings(found)[0]["detail"]


def test_19_v5_in_the_base_url(server, doctor, monkeypatch):
    monkeypatch.setenv("EGP_BASE_URL", f"{server.url}/v5")
    found = doctor()
    assert "leave /v5 out" in warnings(found)[0]["remedy"]
    assert cause(found)["name"] == "call"


@pytest.mark.parametrize("key", [f'"{KEY}"', f"Bearer {KEY}"])
def test_20_a_key_with_something_around_it(server, doctor, monkeypatch, key):
    monkeypatch.setenv("EGP_API_KEY", key)
    assert "the key alone" in warnings(doctor())[0]["remedy"]


def test_21_two_keys(server, doctor, monkeypatch):
    monkeypatch.setenv("SGP_API_KEY", "another-key-of-old")
    assert "two keys" in warnings(doctor())[0]["detail"]


def test_a_host_that_ends_in_a_dot_has_the_certificate_of_its_name(doctor, monkeypatch, authority):
    look_up = socket.getaddrinfo
    body = b'{"items": [{"model_name": "a"}]}'
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    with listening(
        encrypted(authority.issue_cert("api.example"), answering(head % len(body) + body))
    ) as port:
        monkeypatch.setenv("EGP_BASE_URL", f"https://api.example.:{port}")
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda host, *rest, **named: look_up("127.0.0.1", *rest, **named)
        )
        found = doctor()
    assert found["ok"], found["checks"][-1]


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "1e300"])
def test_a_timeout_that_makes_no_sense_is_wrong_usage(egp, seconds):
    done = egp("doctor", f"--timeout={seconds}")
    assert (done.code, done.err) == (2, "egp: --timeout must be above 0, and at most 3600 seconds\n")


def test_22_a_certificate_that_ends_soon(doctor, monkeypatch, authority):
    certificate = authority.issue_cert("127.0.0.1", not_after=datetime.now(UTC) + timedelta(3))
    body = b'{"items": [{"model_name": "a"}]}'
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    with listening(encrypted(certificate, answering(head % len(body) + body))) as port:
        monkeypatch.setenv("EGP_BASE_URL", f"https://127.0.0.1:{port}")
        found = doctor()
    assert [check["name"] for check in warnings(found)] == ["TLS"]
    assert "renew" in warnings(found)[0]["remedy"]
