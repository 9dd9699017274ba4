"""What the tests of releases share: copies of the repository with their own history, and real indexes."""

import base64
import contextlib
import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

import pytest


def pytest_collection_modifyitems(config, items):
    """Skip what needs an index server, a network of packages and half a minute, unless it is asked for."""
    if "index" in config.option.markexpr:
        return
    asked_for = pytest.mark.skip(reason="needs the release tools and a package index: tox -e release")
    for item in items:
        if item.get_closest_marker("index"):
            item.add_marker(asked_for)


class IndexServer:
    """pypiserver on loopback, every request behind a password."""

    username = "release"
    password = "s3cr/t: pass@word"

    def __init__(self, folder, *options):
        self.files = folder / "files"
        self.files.mkdir(parents=True)
        digest = base64.b64encode(hashlib.sha1(self.password.encode()).digest()).decode()
        passwords = folder / "passwords"
        passwords.write_text(f"{self.username}:{{SHA}}{digest}\n")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self.log = (folder / "log").open("w")
        behind = ["--passwords", passwords, "--authenticate", "update,download,list"]
        where = ["--interface", "127.0.0.1", "--port", str(self.port), "--disable-fallback"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pypiserver", "run", *where, *behind, *options, self.files],
            stdout=self.log,
            stderr=subprocess.STDOUT,
            env={"PATH": os.environ["PATH"]},
        )

    def empty(self):
        """Take every file off the shelf."""
        for file in self.files.iterdir():
            file.unlink()
        return self

    def wait(self):
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                assert self.process.poll() is None, "pypiserver did not start"
                time.sleep(0.05)
            else:
                return self
        raise AssertionError("pypiserver does not answer")

    def close(self):
        self.process.terminate()
        self.process.wait(10)
        self.log.close()


@pytest.fixture
def start_index(tmp_path_factory):
    """Start index servers, with pypiserver's options."""
    with contextlib.ExitStack() as started:

        def start(*options):
            server = IndexServer(tmp_path_factory.mktemp("index"), *options)
            started.callback(server.close)
            return server.wait()

        yield start


@pytest.fixture(scope="session")
def standing_index(tmp_path_factory):
    """The index server that the tests share, one after the other."""
    server = IndexServer(tmp_path_factory.mktemp("index")).wait()
    yield server
    server.close()


@pytest.fixture
def index_server(standing_index):
    """An index server with an empty shelf."""
    return standing_index.empty()


class Cutter:
    """A proxy that breaks the connection in the middle of an upload, as often as it is told to."""

    def __init__(self, port):
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self.passed = 0  # uploads to let through before the next cut
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_upload(self, number):
        """Break the upload after this many whole ones."""
        self.passed, self.cuts = number - 1, 1

    def close(self):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept(), which closing does not
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client, socket.create_connection(("127.0.0.1", self._port)) as server:
            back = threading.Thread(target=self._copy, args=(server, client), daemon=True)
            back.start()
            self._copy(client, server)
            back.join(30)

    def _is_cut(self, data):
        if not data.startswith(b"POST") or self._length(data) < 10_000:
            return False
        if self.passed:
            self.passed -= 1
            return False
        self.cuts -= 1
        return self.cuts >= 0

    @staticmethod
    def _length(first):
        found = re.search(rb"content-length: *(\d+)", first, re.IGNORECASE)
        return int(found[1]) if found else sys.maxsize  # in chunks, as uploads may be

    def _copy(self, source, target):
        try:
            while data := source.recv(65536):
                if self._is_cut(data):
                    target.sendall(data[:4096])
                    break
                target.sendall(data)
            else:
                target.shutdown(socket.SHUT_WR)
                return
            for end in (source, target):
                end.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


@pytest.fixture
def cutter(index_server):
    """A proxy before the index server that breaks uploads off."""
    proxy = Cutter(index_server.port)
    yield proxy
    proxy.close()


@pytest.fixture
def identified(monkeypatch, tmp_path):
    """Give twine the right credentials by its environment variables, and nothing else."""
    from uv import find_uv_bin

    cache = subprocess.run([find_uv_bin(), "cache", "dir"], capture_output=True, text=True, check=True)
    monkeypatch.setenv("UV_CACHE_DIR", cache.stdout.strip())
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TWINE_USERNAME", IndexServer.username)
    monkeypatch.setenv("TWINE_PASSWORD", IndexServer.password)
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    for name in list(os.environ):
        if name.startswith(("UV_PUBLISH_", "UV_INDEX_")):
            monkeypatch.delenv(name)
    for name in ("TWINE_REPOSITORY", "TWINE_REPOSITORY_URL", "TWINE_CERT", "TWINE_NON_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    return home


class Project:
    """A copy of the repository with a history of its own."""

    def __init__(self, root):
        self.root = root

    def git(self, *arguments):
        done = subprocess.run(["git", *arguments], cwd=self.root, capture_output=True, text=True, check=True)
        return done.stdout

    def write(self, path, text):
        (self.root / path).write_text(text, encoding="utf-8")

    def replace(self, path, old, new):
        text = (self.root / path).read_text(encoding="utf-8")
        assert text.count(old) >= 1, f"{old!r} is not in {path}"
        self.write(path, text.replace(old, new, 1))

    def state_version(self, version):
        """State a version, and a section of the changelog for it."""
        self.write("src/egp/_version.py", f'__version__ = "{version}"\n')
        self.write(
            "CHANGELOG.md", f"# Changelog\n\n## [{version}] - {date.today()}\n\n- What a user notices.\n"
        )

    def regenerate(self):
        subprocess.run(
            [sys.executable, "-m", "tools.compiler"],
            cwd=self.root,
            check=True,
            capture_output=True,
            text=True,
        )

    def commit(self, message="chore: a change"):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)

    def tag(self, name):
        self.git("tag", "--annotate", name, "--message", name)


@pytest.fixture(scope="session")
def pristine(tmp_path_factory):
    """Copy what git would commit of this tree, once, into a repository in which 0.1.0 is stated."""
    top = Path(__file__).parents[2]
    root = tmp_path_factory.mktemp("pristine") / "egp-client"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=top,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (top / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(top / name, root / name)
    project = Project(root)
    project.git("init", "--quiet", "--initial-branch=main")
    project.git("config", "user.name", "A release engineer")
    project.git("config", "user.email", "release@example.invalid")
    project.git("config", "commit.gpgsign", "false")
    project.git("config", "tag.gpgsign", "false")
    project.state_version("0.1.0")
    project.commit("feat: everything")
    return project


@pytest.fixture
def project(pristine, tmp_path):
    """A copy of the repository at 0.1.0, not tagged, for one test to change."""
    root = tmp_path / "project"
    shutil.copytree(pristine.root, root, symlinks=True)
    return Project(root)


@pytest.fixture(scope="session")
def built(pristine, tmp_path_factory):
    """Build the distributions of 0.1.0, once."""
    from tools.release.build import build

    return build(pristine.root, tmp_path_factory.mktemp("built"), epoch=1_700_000_000)
