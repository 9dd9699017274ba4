"""The chat model of LangChain: LangChain's own tests, and ours, in an environment that has theirs."""

import os
import subprocess

import pytest

from tests.frameworks.environments import ROOT, python_with

pytestmark = pytest.mark.timeout(900)
OPTIONS = [
    "--confcutdir=tests/langchain",
    "--override-ini=asyncio_mode=auto",
    "--override-ini=asyncio_default_fixture_loop_scope=function",
    "--benchmark-disable",
]


def test_the_chat_model_passes_the_tests_of_langchain_and_ours():
    python = python_with("langchain-tests")
    keys = ("EGP_", "SGP_", "LANGCHAIN_", "LANGSMITH_", "COV_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(keys)}

    done = subprocess.run(
        [python, "-m", "pytest", *OPTIONS, "tests/langchain"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
