"""How long does one wait for the help of the command `egp`?"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from typing import Any

from benchmarks.question import Row

LIMIT_SECONDS = 0.040
COMMANDS = ("", "chat", "models", "bulk", "bulk run", "serve", "doctor", "completion")

ROWS = tuple(
    Row(
        f"`{' '.join(['egp', *command.split(), '--help'])}`",
        command,
        "process",
        1.0,
        figure="ratio",
        fresh=True,
        clients=("egp",),
        meaning="CPU over bare Python's own, as a share of 40 ms.",
    )
    for command in COMMANDS
)


def once(case: str, client: str, url: str) -> dict[str, Any]:
    """CPU of the help, over that of Python alone, as a share of the limit."""
    del client, url
    bare, own = [sys.executable, "-c", "pass"], [sys.executable, "-m", "egp.cli", *case.split(), "--help"]
    pairs = [(_cpu(own), _cpu(bare)) for _ in range(7)]
    # The first round compiles what was not compiled yet.
    seconds = statistics.median(ours - bares for ours, bares in pairs[1:])
    return {"value": seconds / LIMIT_SECONDS, "units": 1}


def _cpu(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
