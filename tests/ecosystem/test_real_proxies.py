"""Real proxies and a real nginx before a server: `tox -e ecosystem`; tinyproxy and nginx where they are."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme

from egp import APIConnectionError, APIStatusError, AsyncClient, Client

ANSWER = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "real"}}],
}
CHUNK = {
    "id": "c",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "delta": {"content": "real"}, "finish_reason": "stop"}],
}
ASK: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        is_stream = bool(asked.get("stream"))
        body = b"data: " + json.dumps(CHUNK).encode() + b"\n\ndata: [DONE]\n\n"
        self.send_response(200)
        self.send_header("content-type", "text/event-stream" if is_stream else "application/json")
        body = body if is_stream else json.dumps(ANSWER).encode()
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 128


@pytest.fixture(scope="module")
def secure_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server in TLS, its authority in SSL_CERT_FILE."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    path = tmp_path_factory.mktemp("tls") / "roots.pem"
    authority.cert_pem.write_to_path(str(path))
    server = Server(("127.0.0.1", 0), Handler)
    # The handshake is made by the thread of the connection.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(path))
        yield f"https://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def started(command: list[str], port: int) -> subprocess.Popen[bytes]:
    """Start a program and wait until it listens."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return process
    stop(process)
    raise AssertionError(f"{command[0]} does not listen")


def stop(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module", params=["proxy.py", "tinyproxy"])
def proxy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A proxy that asks for the password of `user`."""
    port = free_port()
    if request.param == "proxy.py":
        command = [sys.executable, "-m", "proxy", "--hostname", "127.0.0.1", "--port", str(port)]
        command += ["--basic-auth", "user:right", "--num-workers", "1", "--num-acceptors", "1"]
    elif (program := shutil.which("tinyproxy")) is None:
        pytest.skip("tinyproxy is not installed")
    else:
        path = tmp_path_factory.mktemp("tinyproxy") / "tinyproxy.conf"
        path.write_text(f"Port {port}\nListen 127.0.0.1\nBasicAuth user right\nMaxClients 50\n")
        command = [program, "-d", "-c", str(path)]
    process = started(command, port)
    yield f"127.0.0.1:{port}"
    stop(process)


def test_calls_and_streams_go_through_it(
    secure_url: str, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:right@{proxy}")
    with Client(api_key="sk-secret-key", base_url=secure_url, max_retries=0, timeout=60) as client:
        whole = [client.chat.completions.create(**ASK).choices[0].message.content for _ in range(3)]
        with client.chat.completions.create(stream=True, **ASK) as stream:
            parts = [chunk.choices[0].delta.content for chunk in stream]

    assert (whole, parts) == (["real"] * 3, ["real"])


def test_async_calls_go_through_it_at_once(
    secure_url: str, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:right@{proxy}")

    async def main() -> list[str | None]:
        async with AsyncClient(
            api_key="sk-secret-key", base_url=secure_url, max_retries=0, timeout=60
        ) as client:
            cancelled = asyncio.create_task(client.chat.completions.create(**ASK))
            await asyncio.sleep(0)
            cancelled.cancel()
            answers = await asyncio.gather(*(client.chat.completions.create(**ASK) for _ in range(16)))
        return [answer.choices[0].message.content for answer in answers]

    assert asyncio.run(main()) == ["real"] * 16


def test_a_wrong_password_is_said(secure_url: str, proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:wrong@{proxy}")
    with (
        Client(api_key="sk-secret-key", base_url=secure_url, timeout=60) as client,
        pytest.raises(APIConnectionError, match=r"HTTP 40[17]") as caught,
    ):
        client.chat.completions.create(**ASK)

    assert f"through the proxy http://{proxy}" in str(caught.value)
    assert "wrong" not in str(caught.value)


NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  lingering_close always; lingering_time 5s; lingering_timeout 2s; client_max_body_size 1k;
  server {{ listen 127.0.0.1:{port}; location /v5/ {{ proxy_pass http://127.0.0.1:9; }} }}
}}
"""


def test_nginx_that_refuses_a_large_request_early_is_heard(tmp_path: Path) -> None:
    program = shutil.which("nginx")
    if program is None:
        pytest.skip("nginx is not installed")
    port = free_port()
    path = tmp_path / "nginx.conf"
    path.write_text(NGINX.format(folder=tmp_path, port=port))
    process = started([program, "-c", str(path)], port)
    large = {**ASK, "messages": [{"role": "user", "content": "x" * 5_000_000}]}

    async def main() -> list[int]:
        async with AsyncClient(
            api_key="k", base_url=f"http://127.0.0.1:{port}", max_connections=2, max_retries=0
        ) as client:
            statuses = []
            for _ in range(6):
                with pytest.raises(APIStatusError) as caught:
                    await client.chat.completions.create(**large)
                statuses.append(caught.value.status_code)
        return statuses

    try:
        statuses = asyncio.run(main())
        with Client(
            api_key="k", base_url=f"http://127.0.0.1:{port}", max_connections=2, max_retries=0
        ) as client:
            for _ in range(6):
                with pytest.raises(APIStatusError) as caught:
                    client.chat.completions.create(**large)
                statuses.append(caught.value.status_code)
    finally:
        stop(process)

    assert statuses == [413] * 12
