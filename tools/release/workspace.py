"""The temporary folder of a release. Nothing is left of it or of a child, however the release ends."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

# Its standard input ends when the release does, be it by kill -9: then it ends the children that are left,
# and removes the folder. A number comes when a child starts, the negative one when it is done.
_JANITOR = """
import os, shutil, signal, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
children = set()
for line in sys.stdin:
    number = int(line)
    children.add(number) if number > 0 else children.discard(-number)
for child in children:
    try:
        os.killpg(child, signal.SIGKILL)
    except OSError:
        pass
for _ in range(100):  # what was killed may still be about to make a file
    shutil.rmtree(sys.argv[1], ignore_errors=True)
    if not os.path.exists(sys.argv[1]):
        break
    time.sleep(0.1)
"""

_janitors: list[subprocess.Popen[str]] = []
_telling = threading.Lock()  # environments are made side by side


@contextmanager
def workspace() -> Generator[Path]:
    """Make an empty folder, which goes with the release."""
    folder = Path(tempfile.mkdtemp(prefix="egp-release-"))
    command = [sys.executable, "-I", "-c", _JANITOR, str(folder)]
    janitor = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, start_new_session=True)
    _janitors.append(janitor)
    try:
        yield folder
    finally:
        _janitors.remove(janitor)
        janitor.communicate()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def watched(child: subprocess.Popen[str]) -> Generator[None]:
    """Have a child end when this block does, or when the release is killed in it."""
    _tell(child.pid)
    try:
        yield
    finally:
        if child.poll() is None:
            with suppress(OSError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        _tell(-child.pid)


def _tell(number: int) -> None:
    for janitor in _janitors:
        if janitor.stdin is not None:
            with _telling, suppress(OSError):
                janitor.stdin.write(f"{number}\n")
                janitor.stdin.flush()
