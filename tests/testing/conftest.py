from __future__ import annotations

import json
import socket
from importlib.resources import files

import httpx
import jsonschema
import pytest
import yaml
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from egp.testing import Server

CHAT = "/v5/chat/completions"


@pytest.fixture(scope="session")
def document():
    """The contract, read without the server's help."""
    return yaml.safe_load(files("egp_api").joinpath("openapi.yaml").read_text())


@pytest.fixture(scope="session")
def validate(document):
    """Hold a value against a schema of the contract, by name."""
    resource = Resource.from_contents(document, default_specification=DRAFT202012)
    registry = Registry().with_resource("urn:contract", resource)

    def validate(name, value):
        schema = {"$ref": f"urn:contract#/components/schemas/{name}"}
        jsonschema.Draft202012Validator(schema, registry=registry).validate(value)

    return validate


@pytest.fixture
def http(egp_server):
    """A plain HTTP client of the server, with a key."""
    headers = {"x-api-key": "test-key"}
    # Nothing is encrypted here; without verify=False each client would read all certificates of the machine.
    with httpx.Client(
        base_url=egp_server.url, headers=headers, trust_env=False, verify=False, timeout=10
    ) as client:
        yield client


@pytest.fixture
def ask():
    """Make the body of a chat request; keywords are fields of it."""

    def ask(said="Hello there", **fields):
        return {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": said}], **fields}

    return ask


@pytest.fixture
def post(http, ask):
    """Ask for a completion and give the response."""

    def post(said="Hello there", **fields):
        return http.post(CHAT, json=ask(said, **fields))

    return post


@pytest.fixture
def chunks(post):
    """Ask for a stream and give its chunks, its end checked and left out."""

    def chunks(said="Hello there", **fields):
        response = post(said, stream=True, **fields)
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        events = response.text.split("\n\n")
        assert events[-2:] == ["data: [DONE]", ""]
        return [json.loads(event.removeprefix("data: ")) for event in events[:-2]]

    return chunks


@pytest.fixture
def exchange(egp_server):
    """Send bytes to the server, and give all that comes back until the connection ends, and how it ended."""

    def exchange(data, server=egp_server):
        port = int(server.url.rpartition(":")[2].partition("/")[0])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(data)
            received = b""
            while True:
                try:
                    part = connection.recv(65536)
                except ConnectionResetError:
                    return received, "reset"
                if not part:
                    return received, "closed"
                received += part

    return exchange


@pytest.fixture
def wire(ask):
    """A chat request as it goes over the wire; the connection is to be closed after the answer."""

    def wire(**fields):
        body = json.dumps(ask(**fields)).encode()
        head = (
            f"POST {CHAT} HTTP/1.1\r\nhost: localhost\r\nx-api-key: k\r\nconnection: close\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    return wire


@pytest.fixture
def server():
    """A server of one's own, not started."""
    one = Server()
    yield one
    one.stop()
