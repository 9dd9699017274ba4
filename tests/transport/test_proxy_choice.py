"""Which proxy the environment puts before a server."""

from __future__ import annotations

from base64 import b64decode

import pytest

from egp import EGPError
from egp._core.config import Origin
from egp._core.proxy import proxy_for
from egp._io import proxies

HTTPS = Origin("https", "api.example.com", 443)
HTTP = Origin("http", "api.example.com", 8080)


@pytest.mark.parametrize(
    ("origin", "environ", "proxy"),
    [
        (HTTPS, {}, None),
        (HTTPS, {"HTTPS_PROXY": "http://proxy:3128"}, "http://proxy:3128"),
        (HTTPS, {"https_proxy": "http://lower:1", "HTTPS_PROXY": "http://upper:1"}, "http://lower:1"),
        (HTTPS, {"HTTP_PROXY": "http://proxy:3128"}, None),
        (HTTPS, {"ALL_PROXY": "proxy"}, "http://proxy:80"),
        (HTTPS, {"HTTPS_PROXY": "", "ALL_PROXY": "https://proxy"}, "https://proxy:443"),
        (HTTPS, {"ALL_PROXY": "socks5h://proxy"}, "socks5h://proxy:1080"),
        (HTTPS, {"HTTPS_PROXY": "http://[::1]:3128/"}, "http://[::1]:3128"),
        (HTTPS, {"HTTPS_PROXY": "http://faß.example"}, "http://xn--fa-hia.example:80"),
        (HTTP, {"HTTP_PROXY": "http://proxy"}, "http://proxy:80"),
        (HTTP, {"HTTP_PROXY": "http://evil", "REQUEST_METHOD": "GET"}, None),
        (HTTP, {"http_proxy": "http://own", "REQUEST_METHOD": "GET"}, "http://own:80"),
    ],
)
def test_the_variable_of_the_scheme_counts(origin, environ, proxy):
    found = proxy_for(origin, environ)

    assert (None if found is None else str(found)) == proxy


@pytest.mark.parametrize(
    ("credentials", "sent"),
    [
        ("user:p%40ss%3Aword", b"user:p@ss:word"),
        ("user", b"user:"),
        ("jörg:pässword", "jörg:pässword".encode()),
        # The environment's bytes that are no UTF-8, as Python has them.
        ("j\udcf6rg:p%e4ssword", b"j\xf6rg:p\xe4ssword"),
    ],
)
def test_credentials_of_the_url_are_sent_as_basic_and_shown_nowhere(credentials, sent):
    proxy = proxy_for(HTTPS, {"HTTPS_PROXY": f"http://{credentials}@proxy:3128"})

    assert b64decode(proxy.authorization.reveal().removeprefix("Basic ")) == sent
    assert "ss" not in f"{proxy}{proxy!r}"


@pytest.mark.parametrize(
    ("host", "port", "rules", "goes_straight"),
    [
        ("api.example.com", 443, "*", True),
        ("api.example.com", 443, "example.com", True),
        ("api.example.com", 443, ".example.com", True),
        ("api.example.com", 443, "*.example.com", True),
        ("api.example.com", 443, "other.org, API.EXAMPLE.COM", True),
        ("api.example.com", 443, "other.org api.example.com", True),
        ("api.example.com", 443, "ample.com", False),
        ("api.example.com", 443, "api.example.com:443", True),
        ("api.example.com", 443, "api.example.com:8443", False),
        ("api.example.com", 443, "", False),
        ("localhost", 80, "localhost", True),
        ("127.0.0.1", 80, "127.0.0.1", True),
        ("127.0.0.1", 80, "127.0.0.0/8", True),
        ("10.1.2.3", 80, "10.0.0.0/16", False),
        ("10.1.2.3", 80, "3", False),
        ("10.1.2.3", 80, "10.1.2.3:80", True),
        ("::1", 80, "[::1]", True),
        ("::1", 80, "::1", True),
        ("::1", 80, "[::1]:80", True),
        ("::1", 80, "[::1]:81", False),
        ("fd00::5", 80, "fd00::/8", True),
        ("fd00::5", 80, "not an address/8", False),
    ],
)
def test_no_proxy_takes_hosts_domains_addresses_networks_and_ports(host, port, rules, goes_straight):
    environ = {"ALL_PROXY": "http://proxy", "NO_PROXY": rules}

    assert (proxy_for(Origin("http", host, port), environ) is None) == goes_straight


@pytest.mark.parametrize(
    "url",
    [
        "http://user:secret@",
        "http://proxy:99999",
        "ftp://proxy",
        "http://pro xy",
        "http://proxy:x",
        "://",
        # What the resolver would raise for.
        "http://user:secret@a..b:3128",
        f"http://user:secret@{'x' * 64}:3128",
        "http://user:secret@\udcff:3128",
    ],
)
def test_what_is_no_proxy_is_an_error_that_names_the_variable_and_shows_no_password(url):
    with pytest.raises(EGPError, match="HTTPS_PROXY") as caught:
        proxy_for(HTTPS, {"HTTPS_PROXY": url})

    assert "secret" not in str(caught.value)


@pytest.fixture
def system_settings(monkeypatch):
    """A machine that keeps its proxies in its settings, as macOS and Windows do."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr(proxies, "_HAS_SETTINGS", True)
    monkeypatch.setattr("urllib.request.getproxies", lambda: {"https": "http://proxy:3128"})
    monkeypatch.setattr("urllib.request.proxy_bypass", lambda host: host == "intranet")


def test_the_settings_of_the_machine_count_where_the_environment_has_none(system_settings):
    assert str(proxies.machine_proxy(HTTPS)) == "http://proxy:3128"
    assert proxies.machine_proxy(HTTP) is None


def test_the_settings_of_the_machine_tell_which_hosts_have_no_proxy(system_settings):
    assert proxies.machine_proxy(Origin("https", "intranet", 443)) is None


def test_the_environment_goes_before_the_settings_of_the_machine(system_settings, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://own:1")

    assert str(proxies.machine_proxy(HTTPS)) == "http://own:1"
