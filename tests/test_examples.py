"""The examples run as they stand, against the local server, and so does the demonstration."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
SAID = {
    "bulk": "square-199 You said: What is 199 squared?",
    "chat": "streamed: |You| said:| Why| is| the| sky| blue?||",
    "parallel": "100 answers; the last one: You said: What is 99 squared?",
    "tools": "the model says The tool said: rain in string, 14 °C",
}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs(example):
    server = [sys.executable, "-W", "error", "-m", "egp.testing", "--"]

    done = subprocess.run(
        [*server, sys.executable, "-W", "error", str(example)],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )

    assert (done.stderr, done.returncode) == ("", 0)
    assert SAID[example.stem] in done.stdout
