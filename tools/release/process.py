"""Child processes and the temporary folder of a release. Nothing is left of either, however it ends."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tools.release.errors import Refusal

# A child sees these of the caller's environment, and what its caller adds: no PYTHONPATH, no EGP_API_KEY, no
# password, and no index setting unless it is meant to have one.
_INHERITED = (
    "PATH", "HOME", "USER", "LANG", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy",
    "https_proxy", "no_proxy", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "PYENV_ROOT",
)  # fmt: skip
# Leads the process group of all children. Its standard input ends when the release does, be it by kill -9:
# then a fork that has left the group ends all of it, and removes the folder.
_JANITOR = """
import os, shutil, signal, sys, time
group = os.getpgrp()
sys.stdin.read()
if os.fork():
    time.sleep(60)
os.setpgid(0, 0)
os.killpg(group, signal.SIGKILL)
for _ in range(100):  # what was killed may still be about to make a file
    shutil.rmtree(sys.argv[1], ignore_errors=True)
    if not os.path.exists(sys.argv[1]):
        break
    time.sleep(0.1)
"""

_SHOWN_LINES = 30

Command = Sequence[str | Path]

_janitors: list[subprocess.Popen[bytes]] = []


@contextmanager
def workspace() -> Generator[Path]:
    """Make an empty folder, which goes with the release, and so do the children that were started in it."""
    folder = Path(tempfile.mkdtemp(prefix="egp-release-"))
    command = [sys.executable, "-I", "-c", _JANITOR, str(folder)]
    _janitors.append(subprocess.Popen(command, stdin=subprocess.PIPE, process_group=0))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _end_children()
        _janitors.pop()


@contextmanager
def side_by_side() -> Generator[Executor]:
    """Give threads for what runs children; where the block fails, the children end, and then the threads."""
    pool = ThreadPoolExecutor()
    try:
        yield pool
    except BaseException:
        _end_children()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _end_children() -> None:
    """End what runs in the group, which is gone afterwards: no further child can be started in it."""
    for janitor in _janitors:
        janitor.communicate()


def sparse_environment(*prefixes: str, **added: str) -> dict[str, str]:
    """Return what a child needs to run at all, the variables with these prefixes, and the added ones."""
    inherited = {
        name: value for name, value in os.environ.items() if name in _INHERITED or name.startswith(prefixes)
    }
    return inherited | added


def attempt(
    command: Command, *, cwd: Path, env: Mapping[str, str] | None = None, secrets: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run a child to its end, and return its status and all that it said, without any of `secrets`.

    `env` is all that it sees of an environment, by default what every child needs.
    """
    done = subprocess.run(
        [str(argument) for argument in command],
        cwd=cwd,
        env=sparse_environment() if env is None else env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        process_group=_janitors[-1].pid if _janitors else None,
        check=False,
    )
    for secret in secrets:
        done.stdout = done.stdout.replace(secret, "[hidden]")
    return done


def run(
    command: Command,
    *,
    cwd: Path,
    refused: str,
    way_out: str,
    env: Mapping[str, str] | None = None,
    secrets: Sequence[str] = (),
) -> str:
    """Run a child as `attempt` does, and return its output; raise Refusal with the end of it if it fails."""
    done = attempt(command, cwd=cwd, env=env, secrets=secrets)
    if done.returncode:
        lines = done.stdout.rstrip().splitlines()[-_SHOWN_LINES:]
        raise Refusal("\n    ".join([refused, *lines]), way_out=way_out)
    return done.stdout
