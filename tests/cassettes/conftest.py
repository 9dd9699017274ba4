"""Mock servers of other people, to be recorded, and clients, to play the recordings to."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

import egp
from tests.frameworks.environments import OPENAI_FOR_NODE
from tests.mock.conftest import prism, steady
from tools import node

__all__ = ["prism", "steady"]  # fixtures

CHAT = "/v5/chat/completions"
NODE_PROGRAM = """
import OpenAI from "openai";
const body = JSON.parse(process.argv[2]);
const result = await new OpenAI().chat.completions.create(body);
let ids = [];
if (body.stream) for await (const chunk of result) ids.push(chunk.id);
console.log(JSON.stringify(body.stream ? ids : result.choices[0].message.content));
"""


def with_egp(server, body):
    with egp.Client(api_key="any", base_url=server.url, on_truncated="ignore") as client:
        return _read(client.chat.completions.create(**body), body)


def with_openai(server, body):
    openai = pytest.importorskip("openai")
    with openai.OpenAI(api_key="any", base_url=f"{server.url}/v5", max_retries=0) as client:
        return _read(client.chat.completions.create(**body), body)


def with_openai_for_node(server, body):
    folder = os.environ.get("EGP_MOCK_SERVERS")
    if folder is None:
        pytest.skip("packages of npm are installed by tox -e cassettes")
    try:
        commands = node.install(Path(folder), OPENAI_FOR_NODE)
    except node.NodeMissingError as error:
        pytest.skip(str(error))
    program = commands.parent.parent / "ask.mjs"  # from where it is, Node finds the package
    program.write_text(NODE_PROGRAM)
    answer = json.loads(
        _output(["node", program, json.dumps(body)], env={**os.environ, **server.environment})
    )
    return [one for one in answer if one] if body.get("stream") else answer


def with_curl(server, body):
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    command = ["curl", "--silent", "--show-error", "--no-buffer", f"{server.url}{CHAT}", "--noproxy", "*"]
    command += ["-H", "content-type: application/json", "-H", "x-api-key: sk-of-the-recording-01"]
    command += ["-H", f"accept: {'text/event-stream' if body.get('stream') else 'application/json'}"]
    output = _output([*command, "-d", json.dumps(body)])
    if not body.get("stream"):
        return json.loads(output)["choices"][0]["message"]["content"]
    events = [line.removeprefix("data: ") for line in output.splitlines() if line.startswith("data: {")]
    return [one["id"] for one in map(json.loads, events) if "id" in one]


CLIENTS = {"egp": with_egp, "openai": with_openai, "openai-node": with_openai_for_node, "curl": with_curl}


@pytest.fixture(params=CLIENTS.values(), ids=CLIENTS)
def ask(request):
    """Ask a server with a client; give the text of a whole answer, or the ids of the chunks of a stream."""
    return request.param


def _read(result, body):
    if body.get("stream"):
        return [chunk.id for chunk in result if chunk.id]
    return result.choices[0].message.content


def _output(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout
