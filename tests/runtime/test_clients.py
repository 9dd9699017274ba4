import copy
import os
import pickle
import socket
import threading
import time

import httpx
import pytest

from egp import APITimeoutError, AsyncClient, Client, EGPError, StreamInterruptedError
from tests.inside import pools_of, session_of


def test_the_request_carries_the_documented_headers(make_client, raw_server):
    client = make_client(raw_server.url + "/public", account_id="acc-1", openai_api_key="sk-openai")

    client.send("/v5/chat/completions", b"{}")

    head, body = raw_server.requests[0]
    fields = dict(line.split(": ", 1) for line in head.lower().split("\r\n")[1:] if line)
    assert head.startswith("POST /public/v5/chat/completions HTTP/1.1\r\n")
    assert fields["x-api-key"] == "sk-secret-key"
    assert fields["x-selected-account-id"] == "acc-1"
    assert fields["x-openai-api-key"] == "sk-openai"
    assert fields["user-agent"].startswith("egp-client/")
    assert fields["x-egp-retry-count"] == "0"
    assert fields["accept"] == "application/json"
    assert fields["content-type"] == "application/json"
    assert (fields["content-length"], body) == ("2", b"{}")
    assert fields["host"] == raw_server.url.removeprefix("http://")


def test_a_stream_asks_for_events_uncompressed(make_client, raw_server):
    raw_server.script(raw_server.events() + raw_server.chunk(b"data: 1\n\n") + raw_server.chunk(b""))
    client = make_client(raw_server.url)

    stream = client.open()

    assert stream.read_all() == b"data: 1\n\n"
    head = raw_server.requests[0][0].lower()
    assert "accept: text/event-stream\r\n" in head
    assert "accept-encoding: identity\r\n" in head


def test_headers_of_the_call_come_before_those_of_the_client_and_these_before_ours(make_client, raw_server):
    client = make_client(
        raw_server.url, default_headers={"X-One": "client", "X-Two": "client", "User-Agent": "me/1"}
    )

    client.send(headers={"x-two": "call"})

    head = raw_server.requests[0][0].lower()
    assert "x-one: client\r\n" in head
    assert "x-two: call\r\n" in head
    assert "x-two: client" not in head
    assert "user-agent: me/1\r\n" in head


def test_query_parameters_of_client_and_call_are_sent(make_client, raw_server):
    client = make_client(raw_server.url, default_query={"a": [1, 2], "b": True, "c": None, "d": "x y"})

    client.send("/p", query=(("d", "ü"),))

    assert raw_server.requests[0][0].startswith("POST /p?a=1&a=2&b=true&d=%C3%BC HTTP/1.1")


def test_calls_share_one_connection(make_client, raw_server):
    client = make_client(raw_server.url)

    for _ in range(5):
        client.send()

    assert raw_server.connections == 1


def test_a_copy_shares_the_connections_and_does_not_close_them(make_client, raw_server):
    client = make_client(raw_server.url)
    other = client.with_options(max_retries=0)
    client.send()
    other.send()

    other.close()
    client.send()

    assert raw_server.connections == 1


def test_a_copy_is_closed_with_its_original(make_client, raw_server):
    client = make_client(raw_server.url)
    other = client.with_options(max_retries=0)

    client.close()

    with pytest.raises(EGPError, match="closed"):
        other.send()


def test_closing_twice_is_harmless_and_a_closed_client_says_so(make_client, raw_server):
    client = make_client(raw_server.url)
    client.send()

    client.close()
    client.close()

    with pytest.raises(EGPError, match="the client is closed"):
        client.send()
    assert client.client.is_closed


def test_a_client_closed_before_its_first_call_is_closed(make_client, raw_server):
    client = make_client(raw_server.url)

    client.close()

    with pytest.raises(EGPError, match="the client is closed"):
        client.send()


def test_a_given_client_that_is_closed_says_so(make_client, mode):
    client = make_client()
    if client.http_client is None:
        pytest.skip("no client is given")
    client.run(client.http_client.close if mode.startswith("sync") else client.http_client.aclose)

    with pytest.raises(EGPError, match=r"http_client .* is closed"):
        client.send()


@pytest.mark.parametrize("what", ["client", "stream"])
def test_closing_in_one_thread_ends_the_read_of_another(raw_server, what):
    raw_server.script((raw_server.events(), raw_server.HOLD))
    client = Client(api_key="k", base_url=raw_server.url)
    stream = client.chat.completions.create(model="m", messages=[], stream=True)
    reads = threading.Event()
    got = []

    def read():
        reads.set()
        try:
            got.append(next(stream, "no chunk"))
        except StreamInterruptedError as error:
            got.append(str(error))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    reads.wait()
    time.sleep(0.05)
    (client if what == "client" else stream).close()
    thread.join(5)

    assert not thread.is_alive()
    assert got == ["the client was closed during the call" if what == "client" else "no chunk"]
    client.close()


def test_closing_ends_the_wait_for_a_connection(raw_server):
    raw_server.script((raw_server.events(), raw_server.HOLD))
    client = Client(api_key="k", base_url=raw_server.url, max_connections=1)
    stream = client.chat.completions.create(model="m", messages=[], stream=True)
    failures = []

    def wait():
        try:
            session_of(client).send(_call())
        except EGPError as error:
            failures.append(str(error))

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    while not pools_of(client)[0]._pool.waiting:
        time.sleep(0.001)
    client.close()
    thread.join(5)

    stream.close()
    assert failures == ["the client is closed"]


def test_a_given_client_is_used_and_stays_open(raw_server):
    with httpx.Client(trust_env=False, headers={"x-mine": "1"}) as http_client:
        with Client(api_key="k", base_url=raw_server.url, http_client=http_client) as client:
            session_of(client).send(_call())

        assert not http_client.is_closed

    assert "x-mine: 1" in raw_server.requests[0][0].lower()


def test_mock_transports_hooks_and_mounts_of_a_given_client_work():
    seen = []

    def handle(request):
        return httpx.Response(200, json={"path": request.url.path}, headers={"x-request-id": "mock"})

    hooks = {
        "request": [lambda request: seen.append("request")],
        "response": [lambda response: seen.append("response")],
    }
    with httpx.Client(transport=httpx.MockTransport(handle), event_hooks=hooks) as http_client:
        reply = session_of(Client(api_key="k", http_client=http_client)).send(_call())

    assert reply.content == b'{"path":"/v5/x"}'
    assert reply.request_id == "mock"
    assert seen == ["request", "response"]


def test_a_hook_that_raises_for_status_changes_nothing():
    def handle(request):
        return httpx.Response(404, json={"detail": "no such model"})

    hooks = {"response": [lambda response: response.raise_for_status()]}
    with (
        httpx.Client(transport=httpx.MockTransport(handle), event_hooks=hooks) as http_client,
        pytest.raises(EGPError, match="no such model"),
    ):
        session_of(Client(api_key="k", http_client=http_client)).send(_call())


def test_the_reply_as_httpx_knows_it_carries_no_request_headers(make_client, raw_server):
    raw_server.script(raw_server.reply(body={"a": 1}, x_request_id="r1", set_cookie="session=abc"))
    client = make_client(raw_server.url)

    response = client.send().http_response

    assert (response.status_code, response.json()) == (200, {"a": 1})
    assert response.headers["x-request-id"] == "r1"
    assert "x-api-key" not in response.request.headers
    assert "session" not in str(response.headers)


def test_the_pool_says_that_it_was_the_pool(make_client, raw_server, mode):
    if mode.endswith("httpx"):
        pytest.skip("httpx has its own pool")
    raw_server.script((raw_server.events(), raw_server.HOLD))
    client = make_client(raw_server.url, max_connections=1, timeout=(1, 5, 5, 0.1), max_retries=0)
    stream = client.open()

    with pytest.raises(
        APITimeoutError, match=r"pool timeout of 0\.1 s: all 1 of the client's connection pool"
    ):
        client.send()

    stream.close()


def test_a_stream_that_is_closed_frees_its_place(make_client, raw_server, mode):
    raw_server.script(
        (raw_server.events() + raw_server.chunk(b"data: 1\n\n"), raw_server.HOLD), raw_server.reply()
    )
    client = make_client(raw_server.url, max_connections=1, max_retries=0)
    stream = client.open()
    stream.read()

    stream.close()

    assert client.send().status_code == 200
    assert stream.read() == b""


def test_a_finished_stream_keeps_its_connection(make_client, raw_server, mode):
    done = raw_server.chunk(b"data: [DONE]\n\n")
    raw_server.script((raw_server.events(), done, 0.02, b"0\r\n\r\n"))
    client = make_client(raw_server.url)

    for _ in range(3):
        stream = client.open()
        stream.read()
        stream.finish()

    assert raw_server.connections == 1


def test_a_stream_that_is_dropped_leaves_no_connection(make_client, raw_server, mode):
    if mode.endswith("httpx"):
        pytest.skip("httpx keeps what is not closed")
    raw_server.script((raw_server.events() + raw_server.chunk(b"data: 1\n\n"), raw_server.HOLD))
    client = make_client(raw_server.url)
    streams = [client.open()]
    streams[0].read()

    # In the loop's own thread, as in an application.
    client.run(streams.clear)

    assert client.open_connections == 0


def test_a_failed_call_leaves_no_connection(make_client, raw_server, mode):
    if mode.endswith("httpx"):
        pytest.skip("httpx counts its own")
    raw_server.script((raw_server.HOLD,))
    client = make_client(raw_server.url, timeout=0.05, max_retries=1)

    with pytest.raises(APITimeoutError):
        client.send()

    assert client.open_connections == 0


def test_silent_connections_are_probed(make_client, raw_server, mode):
    if mode.endswith("httpx"):
        pytest.skip("httpx has its own connections")
    client = make_client(raw_server.url)
    client.send()

    (pool,) = pools_of(client.client)
    (kept, _) = pool._pool._idle[0]

    assert kept._socket.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def test_threads_share_a_client(raw_server):
    wrong = []

    def work(client, number):
        for step in range(10):
            content = f"{number}-{step}".encode()
            echoed = session_of(client).send(_call(content)).content
            if echoed != content:
                wrong.append((content, echoed))

    raw_server._answer = _echo
    with Client(api_key="k", base_url=raw_server.url, max_connections=4) as client:
        threads = [threading.Thread(target=work, args=(client, number)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        connections = session_of(client).engine.open_connections

    assert not wrong
    assert connections <= 4
    assert raw_server.connections <= 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_process_opens_its_own_connections(raw_server):
    with Client(api_key="k", base_url=raw_server.url) as client:
        session_of(client).send(_call())
        child = os.fork()
        if child == 0:
            # Nothing of pytest may run in here.
            try:
                session_of(client).send(_call())
                os._exit(0)
            except BaseException:  # noqa: BLE001 - whatever it is, the child must end here
                os._exit(1)
        _, status = os.waitpid(child, 0)
        session_of(client).send(_call())

    assert os.waitstatus_to_exitcode(status) == 0
    assert raw_server.connections == 2


def test_a_child_process_leaves_the_stream_of_its_parent_alone(raw_server):
    chunk = b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\n'
    last = raw_server.chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"
    raw_server.script((raw_server.events(), raw_server.chunk(chunk), 0.3, raw_server.chunk(chunk), last))
    with Client(api_key="k", base_url=raw_server.url) as client:
        stream = client.chat.completions.create(model="m", messages=[], stream=True)
        next(stream)
        child = os.fork()
        if child == 0:
            try:
                stream.close()
                client.close()
            finally:
                os._exit(0)
        os.waitpid(child, 0)

        assert len(list(stream)) == 1


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_client_shows_its_url_and_nothing_else(kind):
    client = kind(api_key="sk-secret-key", base_url="https://example.com/x")

    assert repr(client) == f"<{kind.__name__} https://example.com/x>"
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(client)
    with pytest.raises(TypeError, match="not pickled"):
        copy.deepcopy(client)


def _call(content=b"{}"):
    from egp._core.request import Request

    return Request("POST", "/v5/x", content=content)


def _echo(connection, reader):
    length = 0
    while (line := reader.readline()) != b"\r\n":
        if not line:
            return False
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    body = reader.read(length)
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
    return True
