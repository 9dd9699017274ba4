"""Programs written for openai, run as they are and with egp imported in its place."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent / "examples"

# All that porting changes: where the names come from. Errors have the same names in both packages.
NAMES = {"OpenAI": "Client as OpenAI", "AsyncOpenAI": "AsyncClient as AsyncOpenAI"}
HOMES = {"pydantic_function_tool": "from egp.structured import function_tool as pydantic_function_tool\n"}
IMPORT = re.compile(r"^from openai import (?:\(([^)]*)\)|(.*))\n", re.MULTILINE)


def ported(source: str) -> str:
    """A program after the change of its imports."""
    return IMPORT.sub(_ours, source)


def _ours(found: re.Match[str]) -> str:
    names = [name.strip() for name in (found[1] or found[2]).split(",") if name.strip()]
    from_egp = ", ".join(NAMES.get(name, name) for name in names if name not in HOMES)
    return f"from egp import {from_egp}\n" + "".join(HOMES[name] for name in names if name in HOMES)


@pytest.fixture
def output_of(egp_server):
    """Runs a program against the local server and returns what it prints."""
    pytest.importorskip("openai", reason="the ports are compared with openai")
    environment = {
        **os.environ,
        "EGP_BASE_URL": egp_server.url,
        "EGP_API_KEY": "key",
        "OPENAI_BASE_URL": f"{egp_server.url}/v5",
        "OPENAI_API_KEY": "key",
        # openai itself warns of things that are no matter of ours.
        "PYTHONWARNINGS": "default",
    }

    def run(source: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", source], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
