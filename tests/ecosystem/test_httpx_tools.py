"""What people have put into httpx sees the calls of a plain client: `tox -e ecosystem`."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
import trio
import trustme
import uvloop

from egp import APIConnectionError, AsyncClient, Client
from tests.transport.server import running

ANSWER = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "real"}}],
}
MOCKED = json.loads(json.dumps(ANSWER).replace("real", "mocked"))
ASK: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}


class Service:
    """A real server, which counts the requests that come through."""

    def __init__(self) -> None:
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                service.requests.append(dict(self.headers))
                body = json.dumps(ANSWER).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                pass

        self.requests: list[dict[str, str]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    yield service
    service.stop()


async def _async(client: AsyncClient) -> str | None:
    async with client:
        return (await client.chat.completions.create(**ASK)).choices[0].message.content


def ask_sync(url: str) -> str | None:
    with Client(api_key="sk-secret-key", base_url=url, max_retries=0) as client:
        return client.chat.completions.create(**ASK).choices[0].message.content


def ask_async(url: str) -> str | None:
    return asyncio.run(_async(AsyncClient(api_key="sk-secret-key", base_url=url, max_retries=0)))


def ask_uvloop(url: str) -> str | None:
    return uvloop.run(_async(AsyncClient(api_key="sk-secret-key", base_url=url, max_retries=0)))


def ask_trio(url: str) -> str | None:
    return trio.run(_async, AsyncClient(api_key="sk-secret-key", base_url=url, max_retries=0))


Ask = Callable[[str], "str | None"]


@pytest.fixture(params=[ask_sync, ask_async, ask_uvloop, ask_trio], ids=["sync", "asyncio", "uvloop", "trio"])
def ask(request: pytest.FixtureRequest) -> Ask:
    return request.param


def test_without_any_of_them_calls_go_over_our_own_transport(service: Service, ask: Ask) -> None:
    httpx.Client().close()

    assert ask(service.url) == "real"
    assert "user-agent" in {name.lower() for name in service.requests[0]}


def test_respx_answers_and_nothing_goes_out(service: Service, ask: Ask) -> None:
    import respx

    with respx.mock:
        route = respx.post(f"{service.url}/v5/chat/completions").respond(json=MOCKED)
        content = ask(service.url)

    assert (content, route.call_count, service.requests) == ("mocked", 1, [])


def test_respx_takes_and_lets_go_of_a_client_that_was_made_before(service: Service) -> None:
    import respx

    with Client(api_key="sk-secret-key", base_url=service.url) as client:
        contents = [client.chat.completions.create(**ASK).choices[0].message.content]
        with respx.mock:
            respx.post(f"{service.url}/v5/chat/completions").respond(json=MOCKED)
            contents.append(client.chat.completions.create(**ASK).choices[0].message.content)
        contents.append(client.chat.completions.create(**ASK).choices[0].message.content)

    assert contents == ["real", "mocked", "real"]
    assert len(service.requests) == 2


def test_pytest_httpx_answers_and_nothing_goes_out(service: Service, ask: Ask, httpx_mock: Any) -> None:
    httpx_mock.add_response(json=MOCKED)

    assert ask(service.url) == "mocked"
    assert service.requests == []


@pytest.mark.parametrize("name", ["Client.send", "HTTPTransport.handle_request"])
def test_a_patch_by_hand_is_seen(service: Service, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def answered(_self: object, request: httpx.Request, **_: object) -> httpx.Response:
        return httpx.Response(200, json=MOCKED, request=request)

    monkeypatch.setattr(f"httpx.{name}", answered)

    assert ask_sync(service.url) == "mocked"
    assert service.requests == []


def test_vcrpy_records_and_plays_back_without_the_key(service: Service, ask: Ask, tmp_path: Path) -> None:
    import vcr

    recorder = vcr.VCR(filter_headers=["x-api-key"])
    cassette = tmp_path / "cassette.yaml"
    with recorder.use_cassette(str(cassette), record_mode="once"):
        first = ask(service.url)
    with recorder.use_cassette(str(cassette), record_mode="none"):
        second = ask(service.url)

    assert (first, second, len(service.requests)) == ("real", "real", 1)
    assert "sk-secret-key" not in cassette.read_text()


def test_vcrpy_none_lets_nothing_out(service: Service, ask: Ask, tmp_path: Path) -> None:
    import vcr
    from vcr.errors import CannotOverwriteExistingCassetteException

    with (
        vcr.VCR().use_cassette(str(tmp_path / "empty.yaml"), record_mode="none"),
        pytest.raises(CannotOverwriteExistingCassetteException),
    ):
        ask(service.url)

    assert service.requests == []


def test_cassetter_records_and_plays_back(service: Service, tmp_path: Path) -> None:
    import cassetter

    path = tmp_path / "tape.yaml"
    with cassetter.use_cassette(path, record_mode="once"):
        first = ask_sync(service.url)
    with cassetter.use_cassette(path, record_mode="none"):
        second = ask_sync(service.url)

    assert (first, second, len(service.requests)) == ("real", "real", 1)


def test_opentelemetry_sees_a_span(service: Service, ask: Ask) -> None:
    from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    HTTPXClientInstrumentor().instrument(tracer_provider=provider)
    try:
        ask(service.url)
    finally:
        HTTPXClientInstrumentor().uninstrument()

    assert [span.name for span in exporter.get_finished_spans()] == ["POST"]
    assert "traceparent" in {name.lower() for name in service.requests[0]}


CHILD = """
import sys, json
{prepare}
import egp
with egp.Client(api_key="sk-secret-key", base_url=sys.argv[1]) as client:
    client.chat.completions.create(model="m", messages=[{{"role": "user", "content": "Hi"}}])
{tell}
"""


def run_child(url: str, prepare: str, tell: str) -> str:
    """Run a call in a process of its own, for tools that are never taken out again."""
    code = CHILD.format(prepare=prepare, tell=tell)
    command = [sys.executable, "-c", code, url]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip().splitlines()[-1]


def test_sentry_sees_a_span(service: Service) -> None:
    prepare = """
import sentry_sdk
seen = []
def keep(event, hint): seen.append(event)
sentry_sdk.init(dsn="http://a@127.0.0.1:1/1", traces_sample_rate=1.0, before_send_transaction=keep)
transaction = sentry_sdk.start_transaction(name="t")
transaction.__enter__()"""
    tell = "transaction.__exit__(None, None, None)\nprint([span['op'] for span in seen[0]['spans']])"

    assert run_child(service.url, prepare, tell) == "['http.client']"


def test_sentry_tells_of_an_error_without_the_key() -> None:
    """It prints the locals of every frame, and what is in the tuples, lists and dictionaries among them."""
    code = """
import json, os, sys
import sentry_sdk
import egp
seen = []
def keep(event, hint): seen.append(event)
sentry_sdk.init(
    dsn="http://a@127.0.0.1:1/1", before_send=keep, send_default_pii=True,
    include_local_variables=True, max_value_length=100_000,
)
for model in ("whole:5", "cut", "busy"):
    try:
        egp.Client(base_url=sys.argv[1], timeout=0.5, max_retries=0).chat.completions.create(
            model=model, messages=[{"role": "user", "content": "Hi"}]
        )
    except egp.EGPError as error:
        sentry_sdk.capture_exception(error)
print(len(seen), json.dumps(seen, default=repr))
"""
    with running() as port:
        run = subprocess.run(
            [sys.executable, "-c", code, f"http://127.0.0.1:{port}"],
            env={**os.environ, "EGP_API_KEY": "sk-secret-key"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert run.stdout.startswith("3 "), run.stderr
    assert "_sync/calls.py" in run.stdout
    assert "sk-secret-key" not in run.stdout


def test_ddtrace_sees_a_span(service: Service) -> None:
    prepare = """
import os
os.environ["DD_INSTRUMENTATION_TELEMETRY_ENABLED"] = "false"
os.environ["DD_HTTPX_DISTRIBUTED_TRACING"] = "true"
import ddtrace
ddtrace.patch(httpx=True)"""

    run_child(service.url, prepare, "print('done')")

    assert "x-datadog-trace-id" in {name.lower() for name in service.requests[0]}


def test_truststore_is_heeded(service: Service) -> None:
    prepare = "import truststore; truststore.inject_into_ssl()"

    assert run_child(service.url, prepare, "print('done')") == "done"


# The roots of the system, in the place of which the store of a private authority stands.
WITH_TRUSTSTORE_LATE = """
import asyncio, sys, ssl, egp

def told(call):
    try:
        return call().choices[0].message.content
    except egp.APIConnectionError as error:
        return "certificate" if "CERTIFICATE_VERIFY_FAILED" in str(error) else str(error)

def ask():
    with egp.Client(api_key="sk-secret-key", base_url=sys.argv[1], max_retries=0) as client:
        return client.chat.completions.create(model="whole", messages=[{"role": "user", "content": "Hi"}])

def ask_async():
    async def main():
        async with egp.AsyncClient(api_key="sk-secret-key", base_url=sys.argv[1], max_retries=0) as client:
            return await client.chat.completions.create(
                model="whole", messages=[{"role": "user", "content": "Hi"}]
            )
    return asyncio.run(main())

print([told(ask), told(ask_async)])
import truststore, truststore._openssl
truststore._openssl._CA_FILE_CANDIDATES = [sys.argv[2]]
ssl.get_default_verify_paths = lambda: ssl.DefaultVerifyPaths(None, None, "", "", "", "")
truststore.inject_into_ssl()
print([told(ask), told(ask_async)])
"""


def test_truststore_is_heeded_from_the_moment_on_at_which_it_is_put_in(tmp_path: Path) -> None:
    roots, certificate = tmp_path / "roots.pem", tmp_path / "server.pem"
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(roots))
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    unset = {
        name: value for name, value in os.environ.items() if name not in ("SSL_CERT_FILE", "SSL_CERT_DIR")
    }

    with running(certificate=str(certificate)) as port:
        run = subprocess.run(
            [sys.executable, "-c", WITH_TRUSTSTORE_LATE, f"https://localhost:{port}", str(roots)],
            env=unset,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )

    assert run.stderr == ""
    assert run.stdout.splitlines() == ["['certificate', 'certificate']", "['Hi', 'Hi']"]


def test_gevent_runs_calls_beside_each_other(service: Service) -> None:
    prepare = "from gevent import monkey; monkey.patch_all()"
    tell = """
import gevent
def one():
    with egp.Client(api_key="sk-secret-key", base_url=sys.argv[1]) as client:
        return client.chat.completions.create(model="m", messages=[]).id
jobs = [gevent.spawn(one) for _ in range(5)]
gevent.joinall(jobs)
print([job.value for job in jobs])"""

    assert run_child(service.url, prepare, tell) == "['c', 'c', 'c', 'c', 'c']"


# Five calls and streams at once; then a close of the client cuts a call short, and a stream is left open.
UNDER_EVENTLET = """
import eventlet
eventlet.monkey_patch()
import sys, egp

def made():
    return egp.Client(api_key="sk-secret-key", base_url=sys.argv[1], timeout=20, max_retries=0)

def ask(client, text, model="whole:0.1", **options):
    messages = [{"role": "user", "content": text}]
    return client.chat.completions.create(model=model, messages=messages, **options)

def one(number):
    with made() as client:
        whole = ask(client, str(number)).choices[0].message.content
        with ask(client, str(number), "stream:2", stream=True) as stream:
            return whole + "".join(chunk.choices[0].delta.content or "" for chunk in stream)

jobs = [eventlet.spawn(one, number) for number in range(5)]
print([job.wait() for job in jobs] == [f"{number}{number}.0 {number}.1 " for number in range(5)])

client = made()
stream = ask(client, "x", "stream:100000", stream=True)
next(stream)

def fail():
    try:
        ask(client, "x", "whole:30")
    except egp.APIConnectionError as error:
        return str(error)

job = eventlet.spawn(fail)
eventlet.sleep(0.2)
client.close()
print(job.wait())
"""


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_eventlet_runs_calls_and_streams_beside_each_other_and_closes(tmp_path: Path, scheme: str) -> None:
    roots, certificate = tmp_path / "roots.pem", tmp_path / "server.pem"
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(roots))
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    with running(certificate=str(certificate) if scheme == "https" else "") as port:
        run = subprocess.run(
            # eventlet itself warns that it is old.
            [sys.executable, "-W", "ignore", "-c", UNDER_EVENTLET, f"{scheme}://localhost:{port}"],
            env={**os.environ, "SSL_CERT_FILE": str(roots)},
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )

    assert run.stdout.splitlines() == ["True", "the client was closed during the call"]
    assert (run.returncode, run.stderr) == (0, "")


def test_pytest_socket_stops_a_call(service: Service) -> None:
    prepare = "import pytest_socket; pytest_socket.disable_socket()"
    code = CHILD.format(prepare=prepare, tell="")
    run = subprocess.run(
        [sys.executable, "-c", code, service.url], capture_output=True, text=True, check=False, timeout=60
    )

    assert "SocketBlockedError" in run.stderr
    assert service.requests == []


def test_clients_of_httpx2_are_taken(service: Service) -> None:
    with (
        httpx2.Client(trust_env=False) as http_client,
        Client(api_key="k", base_url=service.url, http_client=http_client) as client,
    ):
        whole = client.chat.completions.create(**ASK).choices[0].message.content

    async def main() -> str | None:
        async with httpx2.AsyncClient(trust_env=False) as http_client:
            return await _async(AsyncClient(api_key="k", base_url=service.url, http_client=http_client))

    assert [whole, asyncio.run(main())] == ["real", "real"]


def test_a_failure_within_httpx2_is_an_error_of_ours(refused_url: str) -> None:
    with (
        httpx2.Client(trust_env=False) as http_client,
        Client(api_key="k", base_url=refused_url, http_client=http_client, max_retries=0) as client,
        pytest.raises(APIConnectionError, match="refused"),
    ):
        client.chat.completions.create(**ASK)
