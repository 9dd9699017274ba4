"""Mock servers made for OpenAPI documents, other people's, serving openapi.yaml."""

import contextlib
import os
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.contract import document
from tools import node

PRISM = "@stoplight/prism-cli@5.14.2"  # the last that runs on Node before 24
STEADY = "@stdy/cli@0.22.2"
START_SECONDS = 30


@pytest.fixture(scope="session")
def prism(tmp_path_factory):
    """The URL of Prism: strict about requests, answers from the examples, does not stream."""
    port = free_port()
    log = tmp_path_factory.mktemp("prism") / "log"
    command = ["prism", "mock", "--host", "127.0.0.1", "--port", str(port), str(document.PATH)]
    with running(PRISM, command, port, log) as url:
        yield url


@pytest.fixture(scope="session")
def steady(tmp_path_factory):
    """The URL of Steady: says in headers what it thinks of a request, and streams."""
    port = free_port()
    log = tmp_path_factory.mktemp("steady") / "log"
    command = ["steady", "--port", str(port), "--no-color", str(document.PATH)]
    with running(STEADY, command, port, log) as url:
        yield url


@pytest.fixture(params=["prism", "steady"])
def mock_server(request):
    """The URL of each mock server in turn."""
    return request.getfixturevalue(request.param)


@contextlib.contextmanager
def running(package, command, port, log):
    folder = os.environ.get("EGP_MOCK_SERVERS")
    if folder is None:
        pytest.skip("mock servers come from npm: tox -e mock installs and runs them")
    try:
        commands = node.install(Path(folder), package)
    except node.NodeMissingError as error:
        pytest.skip(str(error))
    name, *arguments = command
    with (
        log.open("wb") as output,
        subprocess.Popen([commands / name, *arguments], stdout=output, stderr=subprocess.STDOUT) as process,
    ):
        try:
            wait_for(port, process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def wait_for(port, process, log):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    pytest.fail(f"the mock server did not start:\n{log.read_text('utf-8', 'replace')}")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
