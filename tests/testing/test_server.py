"""The life of a server: start, stop, several at once, from many threads, from async code."""

import asyncio
import gc
import json
import shutil
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from hypothesis import given, settings, strategies

from egp.testing import Server, chunk
from egp.testing._serve import instructions

CHAT = "/v5/chat/completions"
KEY = {"x-api-key": "k"}


def plain_client():
    return httpx.Client(trust_env=False, verify=False, headers=KEY)


def call(server, body):
    with plain_client() as client:
        return client.post(f"{server.url}{CHAT}", json=body)


def said(response):
    return response.json()["choices"][0]["message"]["content"]


def port_of(server):
    return int(server.url.rpartition(":")[2].partition("/")[0])


def test_a_server_has_no_address_before_it_is_started(server):
    with pytest.raises(RuntimeError, match="before it is started"):
        _ = server.url


def test_a_server_cannot_be_started_twice(server):
    server.start()

    with pytest.raises(RuntimeError, match="running already"):
        server.start()


def test_stopping_twice_is_harmless(server):
    server.start()

    server.stop()
    server.stop()


def test_a_stopped_server_leaves_no_thread_and_no_socket(ask):
    before = set(threading.enumerate())

    with Server() as server:
        port = port_of(server)
        assert call(server, ask()).status_code == 200

    gc.collect()  # a socket left open would warn, and warnings are errors
    assert set(threading.enumerate()) == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_a_stop_ends_answers_that_are_on_their_way(ask):
    with Server() as server, httpx.Client(trust_env=False, verify=False) as client:
        server.stream([chunk("a")], end="stall")
        body = ask(stream=True)
        with client.stream("POST", f"{server.url}{CHAT}", json=body, headers=KEY) as response:
            lines = response.iter_lines()
            next(lines)
            server.stop()
            with pytest.raises(httpx.RemoteProtocolError):
                list(lines)


def test_a_server_can_be_started_again_on_its_port(server, ask):
    first = server.start().url
    server.stop()

    second = server.start().url

    assert second == first
    assert call(server, ask()).status_code == 200


def test_what_was_recorded_is_there_after_the_stop(server, ask):
    server.start()
    call(server, ask())

    server.stop()

    assert len(server.requests) == 1


def test_no_proxy_stands_between_a_program_and_the_server(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example.com")
    monkeypatch.setenv("NO_PROXY", "internal.example.com")

    environment = server.start().environment

    assert environment["no_proxy"] == environment["NO_PROXY"] == "internal.example.com,127.0.0.1"


def test_several_servers_run_at_once_and_share_nothing(ask):
    with Server() as first, Server() as second:
        first.reply("from the first")

        assert "from the first" not in call(second, ask()).text
        assert "from the first" in call(first, ask()).text
        assert (len(first.requests), len(second.requests)) == (1, 1)


def test_a_taken_port_is_an_error_that_leaves_nothing_behind(ask):
    with Server() as first:
        second = Server(port=port_of(first))

        with pytest.raises(OSError, match="in use"):
            second.start()

        second.stop()
        assert call(first, ask()).status_code == 200


@pytest.mark.parametrize("prefix", ["/public", "public/", "/a/b"])
def test_a_prefix_is_part_of_the_address_and_nothing_is_beside_it(ask, prefix):
    with Server(prefix=prefix) as server:
        beside = f"http://127.0.0.1:{port_of(server)}{CHAT}"

        assert server.url.endswith("/" + prefix.strip("/"))
        assert call(server, ask()).status_code == 200
        assert httpx.post(beside, json=ask(), headers=KEY, trust_env=False, verify=False).status_code == 404


def test_the_end_of_streams_can_be_chosen_for_the_whole_server(ask):
    with Server(end="eof") as server:
        assert "[DONE]" not in call(server, ask(stream=True)).text


def test_a_server_can_be_told_to_refuse_nothing():
    with Server(check=False) as server, httpx.Client(trust_env=False, verify=False) as client:
        response = client.post(f"{server.url}{CHAT}", json={"messages": [], "temperature": 9})

    assert response.status_code == 200


def test_a_server_serves_async_code(ask):
    async def use():
        async with Server() as server, httpx.AsyncClient(trust_env=False, verify=False) as client:
            calls = (client.post(f"{server.url}{CHAT}", json=ask(str(n)), headers=KEY) for n in range(20))
            return [
                response.json()["choices"][0]["message"]["content"]
                for response in await asyncio.gather(*calls)
            ]

    assert asyncio.run(use()) == [f"You said: {n}" for n in range(20)]


def test_threads_that_share_a_server_get_each_its_own_answer(egp_server, ask):
    with (
        httpx.Client(trust_env=False, verify=False, headers=KEY) as client,
        ThreadPoolExecutor(16) as threads,
    ):
        said = [f"number {n}" for n in range(200)]

        answers = [
            *threads.map(lambda one: client.post(f"{egp_server.url}{CHAT}", json=ask(one)).json(), said)
        ]

    assert [answer["choices"][0]["message"]["content"] for answer in answers] == [
        f"You said: {one}" for one in said
    ]
    assert len(egp_server.requests) == 200


def test_every_scripted_answer_is_given_once_though_requests_race(egp_server, ask):
    for number in range(100):
        egp_server.reply({"number": number})

    with (
        httpx.Client(trust_env=False, verify=False, headers=KEY) as client,
        ThreadPoolExecutor(16) as threads,
    ):
        answers = [
            *threads.map(lambda _: client.post(f"{egp_server.url}{CHAT}", json=ask()).json(), range(100))
        ]

    assert sorted(answer["number"] for answer in answers) == [*range(100)]


def test_two_hundred_streams_are_open_at_once(server, ask):
    server.start()
    server.stream([chunk("a")], end="stall", times=None)

    async def hold():
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(trust_env=False, verify=False, limits=limits, timeout=30) as client:

            async def open_one():
                request = client.build_request(
                    "POST", f"{server.url}{CHAT}", json=ask(stream=True), headers=KEY
                )
                response = await client.send(request, stream=True)
                lines = response.aiter_lines()
                await anext(lines)
                # With the iterator: one that nobody holds closes its response.
                return response, lines

            opened = await asyncio.gather(*(open_one() for _ in range(200)))
            held = server.connections
            for response, _ in opened:
                await response.aclose()
            return held

    assert asyncio.run(hold()) == 200


def test_it_runs_a_program_that_finds_it_and_gives_its_status():
    program = "import os; print(os.environ['EGP_BASE_URL'], os.environ['EGP_API_KEY']); raise SystemExit(3)"
    server = [sys.executable, "-m", "egp.testing", "--prefix", "/public", "--"]
    command = [*server, sys.executable, "-c", program]

    done = subprocess.run(command, capture_output=True, text=True, timeout=60)

    url, key = done.stdout.split()
    assert done.returncode == 3
    assert url.endswith("/public")
    assert key == Server.api_key


def test_it_runs_as_a_program_until_it_is_interrupted(ask):
    command = [sys.executable, "-m", "egp.testing", "--prefix", "/public"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        response = httpx.post(f"{url}{CHAT}", json=ask(), headers=KEY, trust_env=False, verify=False)
        process.terminate()

        assert process.wait(timeout=10) == 0

    assert url.endswith("/public")
    assert response.status_code == 200


@pytest.mark.parametrize(
    "run",
    ["runpy.run_module('egp.testing', run_name='__main__')", "raise SystemExit(egp.cli.main(['serve']))"],
)
def test_a_program_without_the_extra_says_what_to_install(run):
    program = f"import sys, runpy, egp.cli; sys.modules['yaml'] = None; del sys.argv[1:]; {run}"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)

    assert done.returncode == 2
    assert "pip install egp-client[testing]" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_to_export_is_printed_for_egp_openai_and_curl(server):
    text = instructions(server.start())

    url = server.url
    assert f"export EGP_BASE_URL={url} EGP_API_KEY=test-key\n" in text
    assert f"export OPENAI_BASE_URL={url}/v5 OPENAI_API_KEY=test-key\n" in text
    assert f"curl {url}/v5/chat/completions " in text


def test_the_printed_curl_command_gets_an_answer(server):
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    command = instructions(server.start()).partition("# curl\n")[2]

    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60)

    assert json.loads(done.stdout)["choices"][0]["message"]["content"] == "You said: Hello"


@pytest.fixture(scope="module")
def lenient():
    """A server that accepts anything, and a client of it without a key."""
    with Server(check=False) as server, httpx.Client(trust_env=False, verify=False) as client:
        yield server, client


json_values = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers() | strategies.text(max_size=5),
    lambda inner: (
        strategies.lists(inner, max_size=3)
        | strategies.dictionaries(
            strategies.sampled_from(["type", "function", "name", "role", "content", "json_schema", "custom"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
FIELDS = ["model", "messages", "tools", "functions", "tool_choice", "response_format", "stream_options"]
FIELDS += ["stop", "n", "max_tokens", "modalities", "logprobs", "top_logprobs", "stream", "function_call"]


@settings(max_examples=150, deadline=None)
@given(body=json_values | strategies.dictionaries(strategies.sampled_from(FIELDS), json_values))
def test_a_lenient_server_answers_any_json(lenient, body):
    server, client = lenient

    response = client.post(f"{server.url}{CHAT}", json=body)

    assert response.status_code == 200


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"{", b"[" * 100_000], ids=["empty", "byte", "cut", "deep"]
)
def test_a_lenient_server_answers_what_is_no_json(lenient, content):
    server, client = lenient

    assert client.post(f"{server.url}{CHAT}", content=content).status_code == 200


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/chat/completions", "/a/b/chat/completions"])
def test_a_lenient_server_answers_chats_below_any_path(lenient, ask, path):
    server, client = lenient

    assert said(client.post(f"{server.url}{path}", json=ask("Hi"))) == "You said: Hi"
    assert client.post(f"{server.url}/v1/embeddings", json={}).status_code == 404


def test_a_strict_server_answers_chats_at_their_path_only(egp_server, ask):
    with plain_client() as client:
        assert client.post(f"{egp_server.url}/v1/chat/completions", json=ask()).status_code == 404
