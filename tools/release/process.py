"""Child processes whose output is kept, and shown only where it explains a refusal."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.release.errors import Refusal
from tools.release.workspace import watched

# A child sees these of the caller's environment, and what its caller adds: no PYTHONPATH, no EGP_API_KEY, no
# password, and no index setting unless it is meant to have one.
_INHERITED = (
    "PATH", "HOME", "USER", "LANG", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy",
    "https_proxy", "no_proxy", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "PYENV_ROOT",
)  # fmt: skip


def sparse_environment(*prefixes: str, **added: str) -> dict[str, str]:
    """Return what a child needs to run at all, the variables with these prefixes, and the added ones."""
    kept = {
        name: value for name, value in os.environ.items() if name in _INHERITED or name.startswith(prefixes)
    }
    return kept | added


def run(
    arguments: Sequence[str | Path],
    *,
    cwd: Path,
    refused: str,
    way_out: str,
    env: Mapping[str, str] | None = None,
    secrets: Sequence[str] = (),
    shown_lines: int = 30,
) -> str:
    """Run a child to its end and return its output.

    Raises Refusal with the tail of the output if it fails; none of `secrets` is in it.
    """
    child = subprocess.Popen(
        [str(argument) for argument in arguments],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    with watched(child):
        output, _ = child.communicate()
    for secret in secrets:
        output = output.replace(secret, "[hidden]")
    if child.returncode:
        lines = output.rstrip().splitlines()[-shown_lines:]
        raise Refusal("\n".join([refused, *(f"    {line}" for line in lines)]), way_out=way_out)
    return output
