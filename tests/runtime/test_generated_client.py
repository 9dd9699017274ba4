"""Generated operations run by the same policy."""

import httpx
import pytest
from egp_api.api.inference import create_chat_completion, list_chat_completion_models

from egp import (
    APIConnectionError,
    APIResponseValidationError,
    APITimeoutError,
    AsyncClient,
    Client,
    EGPError,
    RateLimitError,
)

COMPLETION = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": []}
BODY = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


def detailed(modal, operation, **arguments):
    synchronous = isinstance(modal.client, Client)
    function = operation.sync_detailed if synchronous else operation.asyncio_detailed
    return modal.run(function, client=modal.client.generated, **arguments)


def test_an_operation_has_the_key_the_retries_and_the_answer(make_client, raw_server):
    raw_server.script(raw_server.reply(503, b""), raw_server.reply(body=COMPLETION, x_request_id="r"))
    client = make_client(raw_server.url + "/base", default_headers={"x-default": "1"})

    response = detailed(client, create_chat_completion, body=BODY)

    assert response.parsed.to_dict() == COMPLETION
    assert response.headers["x-request-id"] == "r"
    head, body = raw_server.requests[1]
    assert head.startswith("POST /base/v5/chat/completions HTTP/1.1")
    assert b'"hi"' in body
    for field in (
        "x-api-key: sk-secret-key",
        "x-egp-retry-count: 1",
        "x-default: 1",
        "content-type: application/json",
    ):
        assert head.lower().count(field) == 1
    assert "user-agent: egp-client/" in head.lower()


def test_an_operation_has_its_query_and_its_own_headers(make_client, raw_server):
    raw_server.script(raw_server.reply(body={"object": "list", "items": []}))
    client = make_client(raw_server.url)

    detailed(client, list_chat_completion_models, limit=3)

    head = raw_server.requests[0][0]
    assert head.startswith("GET /v5/chat/completions/models?limit=3 HTTP/1.1")
    assert "accept: application/json\r\n" in head.lower()


def test_an_operation_has_the_default_query(make_client, raw_server):
    client = make_client(raw_server.url, default_query={"tenant": "t", "limit": 9})

    detailed(client, list_chat_completion_models, limit=3)

    assert raw_server.requests[0][0].startswith("GET /v5/chat/completions/models?tenant=t&limit=3 HTTP/1.1")


def test_an_operation_raises_the_errors_of_the_tree(make_client, raw_server):
    raw_server.script(raw_server.reply(429, {"detail": "slow down"}))
    client = make_client(raw_server.url, max_retries=0)

    with pytest.raises(RateLimitError, match="slow down"):
        detailed(client, create_chat_completion, body=BODY)


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"{"])
def test_an_answer_that_is_no_json_is_told_of(make_client, raw_server, body):
    raw_server.script(raw_server.reply(body=body))
    client = make_client(raw_server.url)

    with pytest.raises(APIResponseValidationError) as caught:
        detailed(client, create_chat_completion, body=BODY)

    assert caught.value.status_code == 200


def test_a_connection_that_fails_is_told_of(make_client, refused_url):
    client = make_client(refused_url, max_retries=0)

    with pytest.raises(APIConnectionError):
        detailed(client, create_chat_completion, body=BODY)


def test_the_client_of_operations_is_made_once(make_client):
    client = make_client().client

    assert client.generated is client.generated


async def _other_kind():
    client = Client(api_key="k")
    with pytest.raises(EGPError, match="AsyncClient"):
        await create_chat_completion.asyncio(client=client.generated, body=BODY)


def test_the_wrong_kind_of_client_is_refused():
    import asyncio

    asyncio.run(_other_kind())
    with pytest.raises(EGPError, match="synchronous operations"):
        create_chat_completion.sync(client=AsyncClient(api_key="k").generated, body=BODY)


def test_a_request_to_another_origin_is_refused():
    generated = Client(api_key="k", base_url="https://example.com").generated

    with pytest.raises(EGPError, match=r"https://evil\.example"):
        generated.get_httpx_client().get("https://evil.example/x")


def test_copies_of_the_client_of_operations_have_the_policy_too(make_client, raw_server):
    raw_server.script(raw_server.reply(503, b""), raw_server.reply(body=COMPLETION))
    modal = make_client(raw_server.url)
    copy = modal.client.generated.with_headers({"x-mine": "1"}).with_cookies({"a": "b"})
    synchronous = isinstance(modal.client, Client)
    function = create_chat_completion.sync if synchronous else create_chat_completion.asyncio

    answer = modal.run(function, client=copy, body=BODY)

    assert answer.to_dict() == COMPLETION
    head = raw_server.requests[1][0].lower()
    for field in ("x-api-key: sk-secret-key", "x-mine: 1", "cookie: a=b"):
        assert head.count(field) == 1


def test_the_timeout_of_a_copy_holds(make_client, raw_server):
    raw_server.script((raw_server.HOLD,))
    modal = make_client(raw_server.url, max_retries=0)
    copy = modal.client.generated.with_timeout(httpx.Timeout(0.1))
    synchronous = isinstance(modal.client, Client)
    function = create_chat_completion.sync if synchronous else create_chat_completion.asyncio

    with pytest.raises(APITimeoutError, match="reading"):
        modal.run(function, client=copy, body=BODY)


def test_the_client_of_operations_shows_no_secret_header():
    copy = Client(api_key="k").generated.with_headers({"x-selected-account-id": "of-mine"})

    assert "of-mine" not in repr(copy)


def test_a_redacted_cookie_is_not_sent_back(make_client, raw_server):
    raw_server.script(raw_server.reply(body=COMPLETION, set_cookie="session=1; Path=/"))
    client = make_client(raw_server.url)

    for _ in range(2):
        detailed(client, create_chat_completion, body=BODY)

    # A given client has a jar of its own, and keeps what the server really said.
    assert "redacted" not in raw_server.requests[1][0]
