"""Sessions of the command: in this process where nothing tells the difference, else in one of its own."""

from __future__ import annotations

import io
import os
import pty
import select
import signal
import subprocess
import sys
from typing import NamedTuple

import pytest

from egp.cli import main

KEY = "sk-0123456789-canary-ABCD"
_SETTINGS = (
    "EGP_",
    "SGP_",
    "HTTP",
    "http",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_",
    "NO_COLOR",
)


class Session(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """Nothing of the machine's own configuration, and nothing written outside the test's folder."""
    for name in [name for name in os.environ if name.startswith(_SETTINGS)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("EGP_API_KEY", KEY)
    monkeypatch.setenv("EGP_MODEL", "openai/gpt-4o")


@pytest.fixture
def server(egp_server, monkeypatch):
    """The local server, which the command finds by its environment."""
    monkeypatch.setenv("EGP_BASE_URL", egp_server.url)
    # The fixture of the server has set its own.
    monkeypatch.setenv("EGP_API_KEY", KEY)
    return egp_server


@pytest.fixture
def egp(capsys, monkeypatch):
    """Run the command in this process, its streams no terminals."""

    def run(*arguments, stdin=""):
        monkeypatch.setattr(sys, "stdin", stdin if hasattr(stdin, "read") else io.StringIO(stdin))
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Session(code, out, err)

    return run


@pytest.fixture
def egp_process():
    """Start the command in a process of its own."""
    started = []

    def start(*arguments, **options):
        options = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            **options,
        }
        process = subprocess.Popen([sys.executable, "-m", "egp.cli", *arguments], **options)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def _heed_interrupts():
    # What a shell starts in the background ignores them, and so do its children.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """The command on a pseudo terminal."""

    def __init__(self, *arguments, **environ):
        self._controller, terminal = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "egp.cli", *arguments],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24", **environ},
            start_new_session=True,
            preexec_fn=_heed_interrupts,
        )
        os.close(terminal)
        self.shown = ""

    def type(self, text):
        os.write(self._controller, text.encode())

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)

    def until(self, text, timeout=60):
        """Read until this is shown; its count says nothing of what was shown before."""
        while text not in self.shown:
            assert self._read(timeout), f"{text!r} was not shown: {self.shown!r}"
        before, _, self.shown = self.shown.partition(text)
        return before + text

    def end(self, timeout=60):
        """Read to the end; return the exit code and what was shown since the last look."""
        while self._read(timeout):
            pass
        return self.process.wait(timeout), self.shown

    def _read(self, timeout):
        poll = select.poll()
        poll.register(self._controller, select.POLLIN)
        if not poll.poll(timeout * 1000):
            return False
        try:
            piece = os.read(self._controller, 65536)
        except OSError:  # Linux says EIO where the other side is closed
            return False
        self.shown += piece.decode(errors="replace")
        return bool(piece)

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self._controller)


@pytest.fixture
def terminal():
    """Start the command on a pseudo terminal."""
    opened = []

    def start(*arguments, **environ):
        opened.append(Terminal(*arguments, **environ))
        return opened[-1]

    yield start
    for one in opened:
        one.close()
