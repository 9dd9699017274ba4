"""A fork at any moment of another thread's first call leaves a child that works.

EGP_FORKS says how many children there are at the least, for each kind of client.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest
import trustme

from tests.transport.server import running

FORKS = int(os.environ.get("EGP_FORKS", "1"))
# A first call loads about as many modules.
MODULES = 80

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here"),
    pytest.mark.timeout(120 + 10 * FORKS),
]


def fork_everywhere(url, kind, **variables):
    """Run programs that fork, beginning with another module each, until there were enough children."""
    children = 0
    for number in itertools.count():
        first = number * 7 % MODULES
        command = [sys.executable, "-W", "ignore", "-m", "tests.transport.forking", url, kind, str(first)]
        environment = {**os.environ, **variables}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        count, hang, wrong = done.stdout.split(maxsplit=2)
        assert (hang, wrong.strip()) == ("0", "[]"), done.stdout + done.stderr
        children += int(count)
        if children >= FORKS:
            break
    print(f"{children} children of {number + 1} processes, none hangs")


@pytest.mark.parametrize("kind", ["threads", "asyncio", "uvloop", "trio", "models", "bulk", "testing"])
def test_no_child_hangs(server_url, kind):
    fork_everywhere(server_url, kind)


@pytest.mark.parametrize("kind", ["threads", "asyncio"])
def test_no_child_hangs_where_the_call_goes_over_tls(tmp_path: Path, kind):
    roots, certificate = tmp_path / "roots.pem", tmp_path / "server.pem"
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(roots))
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(certificate))

    with running(certificate=str(certificate)) as port:
        fork_everywhere(f"https://127.0.0.1:{port}", kind, SSL_CERT_FILE=str(roots))
