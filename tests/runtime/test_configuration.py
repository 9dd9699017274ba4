import math
import traceback

import httpx
import pytest
from egp_api import SERVERS

from egp import AsyncClient, Client, EGPError, Retry
from egp._core.config import OPTIONS
from egp._core.options import DEFAULT_TIMEOUT, timeouts
from egp._options import ClientOptions
from tests.inside import session_of

KEY = "sk-very-secret-0123456789"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch):
    for name in ("API_KEY", "ACCOUNT_ID", "BASE_URL", "CLIENT_BASE_URL", "LOG"):
        monkeypatch.delenv(f"EGP_{name}", raising=False)
        monkeypatch.delenv(f"SGP_{name}", raising=False)


@pytest.fixture(params=[Client, AsyncClient])
def kind(request):
    return request.param


def key_of(client):
    return session_of(client).settings.api_key.reveal()


def test_the_options_are_those_that_are_documented():
    assert ClientOptions.__annotations__.keys() == OPTIONS


def test_an_unknown_option_is_refused_as_python_refuses_one(kind):
    with pytest.raises(TypeError, match="api_kye"):
        kind(api_key=KEY, api_kye=KEY)


@pytest.mark.parametrize("key", [KEY, f" {KEY}\n", f"\t{KEY}\r\n"])
def test_white_space_around_a_key_is_stripped(kind, key):
    assert key_of(kind(api_key=key)) == KEY


def test_the_argument_comes_before_the_environment_and_ours_before_the_twin(kind, monkeypatch):
    monkeypatch.setenv("SGP_API_KEY", "twin")
    twin = kind()
    monkeypatch.setenv("EGP_API_KEY", "ours")
    ours = kind()
    argument = kind(api_key="argument")

    assert [key_of(client) for client in (twin, ours, argument)] == ["twin", "ours", "argument"]


def test_an_empty_variable_counts_as_unset(kind, monkeypatch):
    monkeypatch.setenv("EGP_API_KEY", " \n")
    monkeypatch.setenv("SGP_API_KEY", "twin")

    assert key_of(kind()) == "twin"


def test_the_account_comes_from_the_environment_too(kind, monkeypatch):
    monkeypatch.setenv("SGP_ACCOUNT_ID", "acc")

    assert session_of(kind(api_key=KEY)).settings.account_id.reveal() == "acc"


@pytest.mark.parametrize("key", [None])
def test_a_missing_key_names_the_variable(kind, key):
    with pytest.raises(EGPError, match="EGP_API_KEY"):
        kind(api_key=key)


@pytest.mark.parametrize("key", ["", "  ", f"{KEY}\r\nx: y", f"{KEY}\x00", f"{KEY}é", 17])
def test_a_key_that_cannot_be_sent_is_refused_and_shown_nowhere(kind, key):
    with pytest.raises(EGPError) as caught:
        kind(api_key=key)

    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    ours = shown[shown.index("_client.py") :]
    assert "sk-very-secret" not in ours
    assert "sk-very-secret" not in str(caught.value)


@pytest.mark.parametrize(
    "headers",
    [
        {"bad name": "x"},
        {"": "x"},
        {"x-a": "line\nbreak"},
        {"x-a": "é"},
        {"x-a": 5},
        {"Content-Length": "3"},
        {"transfer-encoding": "chunked"},
        {"authorization": f"Bearer {KEY}\n"},
    ],
)
def test_headers_that_cannot_be_sent_are_refused_and_secret_ones_shown_nowhere(kind, headers):
    with pytest.raises(EGPError) as caught:
        kind(api_key="k", default_headers=headers)

    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert KEY not in shown[shown.index("_client.py") :]


@pytest.mark.parametrize("name", SERVERS)
def test_every_environment_of_the_contract_is_known(kind, name):
    assert kind(api_key=KEY, environment=name).base_url == SERVERS[name]


def test_the_first_environment_is_the_default(kind):
    assert kind(api_key=KEY).base_url == "https://api.egp.scale.com"


def test_an_unknown_environment_is_refused_with_the_known_ones(kind):
    with pytest.raises(EGPError, match="production, production-multitenant"):
        kind(api_key=KEY, environment="prod")


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://127.0.0.1:5003/public", "http://127.0.0.1:5003/public"),
        ("http://127.0.0.1:5003/public/", "http://127.0.0.1:5003/public"),
        ("https://API.example.com:443", "https://api.example.com"),
        ("http://[::1]:80/x/y//", "http://[::1]/x/y"),
        (" https://example.com\n", "https://example.com"),
        ("https://bücher.example/", "https://xn--bcher-kva.example"),
        (httpx.URL("https://example.com/a%20b"), "https://example.com/a%20b"),
    ],
)
def test_a_base_url_is_kept_with_its_path(kind, url, base):
    assert kind(api_key=KEY, base_url=url).base_url == base


@pytest.mark.parametrize(
    "url",
    [
        "example.com",
        "//example.com",
        "ftp://example.com",
        "https://",
        "https:///path",
        "https://exa mple.com",
        "https://example.com/a b",
        "https://example.com:99999",
        "https://example.com:0",
        "https://example.com:x",
        "https://example.com?query=1",
        "https://example.com#fragment",
        f"https://user:{KEY}@example.com",
        "https://exam\nple.com",
        "https://two..dots.com",
        f"https://{'x' * 64}.com",
        f"https://{'x.' * 127}com",
        KEY,
        "",
    ],
)
def test_a_malformed_base_url_is_refused_without_being_shown(kind, url):
    with pytest.raises(EGPError) as caught:
        kind(api_key=KEY, base_url=url)

    assert KEY not in str(caught.value)


def test_a_base_url_and_an_environment_that_disagree_are_refused(kind, monkeypatch):
    with pytest.raises(EGPError, match="disagree"):
        kind(api_key=KEY, base_url="https://example.com", environment="staging")

    monkeypatch.setenv("SGP_CLIENT_BASE_URL", "https://example.com")
    with pytest.raises(EGPError, match=r"SGP_CLIENT_BASE_URL .* disagree"):
        kind(api_key=KEY, environment="staging")


def test_a_base_url_and_an_environment_that_agree_are_taken(kind):
    client = kind(api_key=KEY, base_url=SERVERS["staging"] + "/", environment="staging")

    assert client.base_url == SERVERS["staging"]


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": -1},
        {"timeout": math.nan},
        {"timeout": "5"},
        {"timeout": True},
        {"deadline": 0},
        {"deadline": "soon"},
        {"max_retries": -1},
        {"retry": 3},
        {"retry": Retry(initial="1")},
        {"retry": Retry(maximum=None)},
        {"retry": Retry(jitter="much")},
        {"retry": Retry(retry_after_limit=True)},
        {"retry": Retry(statuses=429)},
        {"retry": Retry(statuses={"429"})},
        {"retry": Retry(server_errors="no")},
        {"idle_timeout": -2},
        {"first_token_timeout": 0},
        {"on_truncated": "shrug"},
        {"max_event_bytes": 0},
        {"max_connections": 0},
        {"keepalive_expiry": -1},
        {"keepalive_expiry": "long"},
        {"keepalive_expiry": True},
        {"clock": 3},
        {"log_bodies": "false"},
        {"default_query": {"x": object()}},
    ],
)
def test_options_that_make_no_sense_are_refused(kind, options):
    with pytest.raises(EGPError):
        kind(api_key=KEY, **options)


@pytest.mark.parametrize(
    ("given", "timeouts"),
    [
        (3, (3, 3, 3, 3)),
        (None, (None, None, None, None)),
        (math.inf, (None, None, None, None)),
        (httpx.Timeout(9, connect=2), (2, 9, 9, 9)),
        ((1, 2, 3, 4), (1, 2, 3, 4)),
    ],
)
def test_timeouts_are_what_httpx_takes(kind, given, timeouts):
    assert session_of(kind(api_key=KEY, timeout=given)).settings.call.timeout == timeouts


def test_a_timeout_of_several_values_has_four(kind):
    with pytest.raises(EGPError, match=r"a tuple as timeout must have four values: .*; got 2"):
        kind(api_key=KEY, timeout=(1, 2))


def test_the_default_timeout_suits_language_models(kind):
    assert session_of(kind(api_key=KEY)).settings.call.timeout == DEFAULT_TIMEOUT == (5, 600, 60, 60)


def test_the_timeout_of_a_given_client_counts_where_it_was_set():
    with httpx.Client(timeout=77, trust_env=False) as http_client:
        chosen = session_of(Client(api_key=KEY, http_client=http_client)).settings.call.timeout
    with httpx.Client(trust_env=False) as http_client:
        default = session_of(Client(api_key=KEY, http_client=http_client)).settings.call.timeout

    assert (chosen, default) == (timeouts("timeout", 77), DEFAULT_TIMEOUT)


def test_the_wrong_kind_of_http_client_is_refused():
    with pytest.raises(EGPError, match=r"httpx\.AsyncClient, got Client"):
        AsyncClient(api_key=KEY, http_client=httpx.Client(trust_env=False))
    with pytest.raises(EGPError, match=r"httpx\.Client, got object"):
        Client(api_key=KEY, http_client=object())


def test_max_retries_is_short_for_the_policy(kind):
    client = kind(api_key=KEY, retry=Retry(initial=3), max_retries=7)

    assert session_of(client).settings.call.retry == Retry(initial=3, max_retries=7)


def test_the_policy_of_a_copy_replaces_the_number_of_retries(kind):
    client = kind(api_key=KEY, max_retries=0)

    assert session_of(client.with_options(retry=Retry(max_retries=5))).settings.call.retry.max_retries == 5
    assert session_of(client.with_options(retry=Retry(), max_retries=7)).settings.call.retry.max_retries == 7


def test_a_copy_has_what_was_not_changed(kind, monkeypatch):
    monkeypatch.setenv("EGP_API_KEY", KEY)
    client = kind(base_url="https://example.com", timeout=9)
    monkeypatch.delenv("EGP_API_KEY")

    copy = client.with_options(max_retries=9)

    assert (key_of(copy), copy.base_url) == (KEY, "https://example.com")
    assert (
        session_of(copy).settings.call.timeout.read,
        session_of(copy).settings.call.retry.max_retries,
    ) == (9, 9)
    assert session_of(client).settings.call.retry.max_retries == 2


def test_a_copy_of_a_users_own_kind_has_what_that_kind_keeps(kind):
    class Own(kind):
        def __init__(self, tenant, **options):
            super().__init__(**options)
            self.tenant = tenant

    copy = Own("a", api_key=KEY).with_options(timeout=9)

    assert (type(copy), copy.tenant, copy.timeout.read) == (Own, "a", 9)


def test_a_copy_may_go_elsewhere(kind):
    client = kind(api_key=KEY, environment="staging")

    by_url = client.with_options(base_url="https://example.com")
    by_name = client.with_options(environment="development")

    assert by_url.base_url == "https://example.com"
    assert by_name.base_url == SERVERS["development"]


def test_no_time_limit_can_be_asked_of_a_copy(kind):
    copy = kind(api_key=KEY, timeout=9, deadline=9).with_options(timeout=None, deadline=None)

    assert (session_of(copy).settings.call.timeout.read, session_of(copy).settings.call.deadline) == (
        None,
        None,
    )
