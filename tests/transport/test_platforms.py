"""What the transport does where the machine is not as most are: no poll(), an odd store of certificates."""

from __future__ import annotations

import errno
import os
import select
import socket
import subprocess
import sys

import pytest
import trustme

from egp._io import tls
from egp._io.backends import blocking
from egp._io.happy_eyeballs import Race
from egp._io.lookup import Address
from egp.errors import EGPError


@pytest.fixture(params=["poll", "select"])
def pair(request, monkeypatch):
    """Two sockets that are connected, with poll() and, as on Windows, without."""
    if request.param == "select":
        monkeypatch.delattr(select, "poll")
    ours, peer = socket.socketpair()
    with ours, peer:
        yield ours, peer


def test_a_socket_is_readable_when_something_came_or_it_ended(pair):
    ours, peer = pair

    before = blocking.is_readable(ours)
    peer.send(b"x")
    after = blocking.is_readable(ours)
    ours.recv(1)
    peer.close()
    ended = blocking.is_readable(ours)
    ours.close()

    assert (before, after, ended, blocking.is_readable(ours)) == (False, True, True, True)


def test_what_has_been_connected_is_told_from_what_has_not(pair):
    ours, peer = pair
    ours.setblocking(False)

    assert blocking.wait_connected([ours, peer], 0.01) == [ours, peer]
    while True:  # until it takes no more
        try:
            ours.send(b"x" * 65536)
        except BlockingIOError:
            break
    assert blocking.wait_connected([ours], 0.01) == []


def test_certificates_of_a_directory_are_taken(tmp_path, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))

    assert tls.default_context().cert_store_stats()["x509"] == 0


def test_a_file_that_is_replaced_is_read_anew(tmp_path, monkeypatch):
    roots = tmp_path / "roots.pem"
    monkeypatch.setenv("SSL_CERT_FILE", str(roots))
    contexts = []

    for _ in range(2):
        trustme.CA().cert_pem.write_to_path(str(roots))
        contexts += [tls.default_context(), tls.default_context()]

    assert contexts[0] is contexts[1]
    assert contexts[2] is contexts[3]
    assert contexts[0] is not contexts[2]


@pytest.mark.parametrize(("content", "words"), [("no certificate", "has no certificates"), (None, "be read")])
def test_a_file_without_certificates_is_an_error_that_names_it(tmp_path, monkeypatch, content, words):
    roots = tmp_path / "roots.pem"
    if content is not None:
        roots.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(roots))

    with pytest.raises(EGPError, match=f"SSL_CERT_FILE names {roots}, which .*{words}"):
        tls.default_context()


def test_an_address_that_cannot_be_tried_makes_room_for_the_next():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        unknown = Address(socket.AddressFamily.AF_INET, socket.SOCK_STREAM, 200, ("127.0.0.1", port))
        refused = Address(socket.AF_INET, socket.SOCK_STREAM, 0, ("255.255.255.255", port))
        good = Address(socket.AF_INET, socket.SOCK_STREAM, 0, ("127.0.0.1", port))
        race = Race([unknown, refused, good])

        winner = race.step([], 0.0)
        while winner is None:
            winner = race.step(blocking.wait_connected(race.pending, 1), 0.0)

        assert winner.getpeername() == ("127.0.0.1", port)
        race.close()


def test_the_failure_of_the_last_address_is_raised_when_all_have_failed():
    unknown = Address(socket.AF_INET, socket.SOCK_STREAM, 200, ("127.0.0.1", 1))
    race = Race([unknown, unknown])

    with pytest.raises(OSError, match=os.strerror(errno.EPROTONOSUPPORT)):
        race.step([], 0.0)


def test_a_tracer_that_waits_for_httpx_to_be_loaded_gets_it():
    code = """
import sys, types
sys.modules["ddtrace"] = types.ModuleType("ddtrace")
from egp._io.interception import is_httpx_taken
assert "httpx" not in sys.modules
assert not is_httpx_taken()
assert "httpx" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
