"""pyright's language server, asked as an editor asks it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from egp_api.api.inference import create_chat_completion

pytest.importorskip("pyright", reason="the type checkers are in the environment `types`")
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SOURCE = "import egp\n\nclient = egp.Client(api_key='x')\nclient.chat.completions.create("


class Server:
    """A language server on its standard streams."""

    def __init__(self, folder):
        self.folder, self.count = folder, 0
        command = [sys.executable, "-m", "pyright.langserver", "--stdio"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder)

    def send(self, **message):
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self.process.stdin.flush()

    def receive(self):
        length = 0
        while line := self.process.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return json.loads(self.process.stdout.read(length))

    def ask(self, method, params):
        self.count += 1
        self.send(id=self.count, method=method, params=params)
        while True:
            message = self.receive()
            if "method" in message and "id" in message:  # the server asks back
                items = message["params"].get("items", [])
                self.send(id=message["id"], result=[None] * len(items) if items else None)
            elif message.get("id") == self.count:
                return message["result"]

    def tell(self, method, params):
        self.send(method=method, params=params)


@pytest.fixture
def server(tmp_path):
    config = {"extraPaths": [str(ROOT / "src"), str(ROOT / "generated")], "pythonPath": sys.executable}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(config))
    (tmp_path / "program.py").write_text(SOURCE)
    server = Server(tmp_path)
    uri = tmp_path.as_uri()
    server.ask(
        "initialize",
        {
            "processId": None,
            "rootUri": uri,
            "capabilities": {},
            "workspaceFolders": [{"uri": uri, "name": "program"}],
        },
    )
    server.tell("initialized", {})
    document = {"uri": f"{uri}/program.py", "languageId": "python", "version": 1, "text": SOURCE}
    server.tell("textDocument/didOpen", {"textDocument": document})
    yield server
    server.process.terminate()
    server.process.wait()
    server.process.stdin.close()
    server.process.stdout.close()


def test_an_editor_completes_every_keyword_and_shows_the_signature(server):
    lines = SOURCE.splitlines()
    place = {
        "textDocument": {"uri": f"{server.folder.as_uri()}/program.py"},
        "position": {"line": len(lines) - 1, "character": len(lines[-1])},
    }

    completions = server.ask("textDocument/completion", place)
    help_ = server.ask("textDocument/signatureHelp", place)

    items = completions["items"] if isinstance(completions, dict) else completions
    fields = create_chat_completion.KEYWORDS
    assert fields <= {item["label"].removesuffix("=") for item in items}
    shown = [signature["label"] for signature in help_["signatures"]]
    assert any(all(f"{field}:" in label for field in fields) for label in shown)
