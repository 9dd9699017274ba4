"""A function in the place of the key: it is asked before each attempt."""

from __future__ import annotations

import anyio
import pytest

from egp import APIError, APITimeoutError, AsyncClient, Client, EGPError


def keys_of(raw_server):
    return [head.lower().split("x-api-key: ")[1].split("\r\n")[0] for head, _ in raw_server.requests]


def test_it_is_asked_before_each_attempt(make_client, raw_server):
    keys = iter(["sk-first-key", "sk-second-key"])
    raw_server.script(raw_server.reply(503), raw_server.reply())

    make_client(raw_server.url, api_key=lambda: next(keys)).send()

    assert keys_of(raw_server) == ["sk-first-key", "sk-second-key"]


def test_an_asynchronous_function_serves_an_async_client(make_client, raw_server, mode):
    if mode.startswith("sync"):
        pytest.skip("for AsyncClient")

    async def ask():
        return "sk-asked-key\n"

    make_client(raw_server.url, api_key=ask).send()

    assert keys_of(raw_server) == ["sk-asked-key"]


def test_a_key_that_it_gave_is_shown_nowhere(make_client, raw_server):
    raw_server.script(
        raw_server.reply(400, {"error": {"message": "bad key sk-given-key"}}, x_request_id="sk-given-key")
    )

    with pytest.raises(APIError) as caught:
        make_client(raw_server.url, api_key=lambda: "sk-given-key").send()

    assert "sk-given-key" not in repr((str(caught.value), vars(caught.value)))


@pytest.mark.parametrize("given", [None, 5, "", "a\nb"])
def test_what_is_no_key_is_an_error_before_anything_is_sent(make_client, raw_server, given):
    with pytest.raises(EGPError, match="what the function given as api_key returned"):
        make_client(raw_server.url, api_key=lambda: given).send()

    assert raw_server.requests == []


def test_what_it_raises_reaches_the_caller(make_client, raw_server):
    def fail():
        raise KeyError("vault")

    with pytest.raises(KeyError, match="vault"):
        make_client(raw_server.url, api_key=fail).send()


def test_the_deadline_bounds_the_wait_for_it(make_client, raw_server, mode):
    if mode.startswith("sync"):
        pytest.skip("for AsyncClient")

    client = make_client(raw_server.url, api_key=anyio.sleep_forever, deadline=0.05)

    with pytest.raises(APITimeoutError, match=r"the deadline of 0\.05 s for the whole call ran out"):
        client.send()
    assert raw_server.requests == []


def test_a_timeout_of_its_own_reaches_the_caller(make_client, raw_server):
    def fail():
        raise TimeoutError("vault")

    with pytest.raises(TimeoutError, match="vault"):
        make_client(raw_server.url, api_key=fail, deadline=60).send()


def test_a_copy_asks_it_too(make_client, raw_server):
    make_client(raw_server.url, api_key=lambda: "sk-asked").with_options(timeout=3).send()

    assert keys_of(raw_server) == ["sk-asked"]


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_headers_and_query_of_a_copy_are_added_and_none_takes_one_away(kind):
    client = kind(api_key="k", default_headers={"x-a": "1", "x-b": "2"}, default_query={"p": 1, "q": 2})

    copy = client.with_options(default_headers={"X-B": None, "x-c": "3"}, default_query={"p": None, "r": 3})

    settings = copy._session.settings
    assert dict(settings.default_headers) == {"x-a": "1", "x-c": "3"}
    assert dict(settings.default_query) == {"q": "2", "r": "3"}
    assert dict(client._session.settings.default_headers) == {"x-a": "1", "x-b": "2"}


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_what_a_client_was_told_can_be_read(kind):
    client = kind(api_key="k", base_url="https://example.com", timeout=7, max_retries=4)

    assert (client.timeout.read, client.max_retries, client.base_url) == (7, 4, "https://example.com")


def test_an_asynchronous_function_is_refused_by_a_client_that_cannot_await_it(make_client, raw_server, mode):
    if not mode.startswith("sync"):
        pytest.skip("for Client")

    async def ask():
        return "sk-asked-key"

    with pytest.raises(EGPError, match="returned has to be awaited, as only AsyncClient does"):
        make_client(raw_server.url, api_key=ask).send()

    assert raw_server.requests == []
