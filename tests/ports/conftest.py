"""Programs written for openai, run as they are and with egp imported in its place."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent / "examples"

# All that porting changes: where the names come from.
IMPORTS = {
    "from openai import OpenAI, pydantic_function_tool\n": (
        "from egp import Client as OpenAI\n"
        "from egp.structured import function_tool as pydantic_function_tool\n"
    ),
    "from openai import AsyncOpenAI\n": "from egp import AsyncClient as AsyncOpenAI\n",
    "from openai import OpenAI\n": "from egp import Client as OpenAI\n",
}


def ported(source: str) -> str:
    """A program after the change of its imports."""
    for theirs, ours in IMPORTS.items():
        source = source.replace(theirs, ours)
    assert "openai import" not in source
    return source


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
