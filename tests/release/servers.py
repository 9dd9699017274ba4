"""Index servers on loopback: devpi, and one that answers as it is told to."""

import base64
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread


class Devpi:
    """devpi-server on loopback; its indexes let a published version be overwritten, as by default."""

    username, password = "team", "s3cr/t: pass@word"

    def __init__(self, folder):
        commands = Path(sys.executable).parent
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        where = ["--serverdir", str(folder / "server")]
        init = [commands / "devpi-init", *where, "--no-root-pypi", "--root-passwd", "root"]
        subprocess.run(init, env=environment, capture_output=True, check=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.log = (folder / "log").open("w")
        self.process = subprocess.Popen(
            [commands / "devpi-server", *where, "--host", "127.0.0.1", "--port", str(self.port)],
            stdout=self.log,
            stderr=subprocess.STDOUT,
            env=environment,
        )
        self.number = 0

    def wait(self):
        for _ in range(3000):  # a busy machine takes minutes
            assert self.process.poll() is None, "devpi-server did not start"
            try:
                self._call("GET", "/+api")
            except OSError:
                time.sleep(0.1)
            else:
                break
        self._call("PUT", f"/{self.username}", password=self.password)
        self._call("PUT", "/guest", password=self.password)
        login = self._call("POST", "/+login", user=self.username, password=self.password)
        self.token = f"{self.username}:{login['result']['password']}"
        return self

    def make_index(self):
        """Make a new index, and return its URL for uploads."""
        self.number += 1
        path = f"/{self.username}/index{self.number}"
        self._call("PUT", path, volatile=True, bases=[])
        return f"http://127.0.0.1:{self.port}{path}/"

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()

    def _call(self, method, path, **body):
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if hasattr(self, "token"):
            headers["X-Devpi-Auth"] = base64.b64encode(self.token.encode()).decode()
        data = json.dumps(body).encode() if body else None
        url = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method)) as answer:
            return json.load(answer)


class Scripted:
    """A server with an answer for each path: status, content type, body, further headers."""

    def __init__(self):
        self.answers = {}
        self.requests = []
        scripted = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.answer(scripted.answers.get(self.path, (404, "text/plain", "no such page", {})))

            def do_POST(self):
                sent = self.rfile.read(int(self.headers.get("content-length") or 0))
                while self.headers.get("transfer-encoding") == "chunked":
                    size = int(self.rfile.readline(), 16)
                    sent += self.rfile.read(size)
                    self.rfile.readline()
                    if not size:
                        break
                key = "upload" if b"egp_client-" in sent else "door"
                self.answer(scripted.answers.get(key, (200, "text/plain", "fine", {})))

            def answer(self, scripted_answer):
                status, kind, body, headers = scripted_answer
                scripted.requests.append(f"{self.command} {self.path}")
                self.send_response(status)
                for name, value in {
                    "Content-Type": kind,
                    "Content-Length": len(body.encode()),
                    **headers,
                }.items():
                    self.send_header(name, str(value))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def tell(self, path, status, body="", kind="text/html", **headers):
        self.answers[path] = (status, kind, body, headers)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
