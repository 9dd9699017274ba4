"""Programs of a user, run and type-checked against an installed release."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.release.environment import Environment
from tools.release.errors import Refusal
from tools.release.process import attempt

PROGRAMS = Path(__file__).parent / "consumers"
SMOKE_NEEDS = ("trio>=0.25", "pytest>=8.2")

# Strict: a comment that lets a mistake through is an error itself, where there is no such mistake.
_MYPY = (
    "--strict", "--config-file=", "--no-error-summary", "--hide-error-context", "--no-color-output",
    "--show-absolute-path", f"--cache-dir={os.devnull}",
)  # fmt: skip


def smoke(environment: Environment, version: str, *what: str) -> str:
    """Ask for completions and streams, by every kind of client, with the release that the environment holds.

    `what` may be `modules` (every module of both packages is imported) and `fixture` (under pytest).
    """
    output = environment.run(
        PROGRAMS / "smoke.py",
        version,
        str(environment.folder),
        *what,
        refused="The installed release does not do what it is for:",
        way_out="the program that failed is tools/release/consumers/smoke.py; install the wheel and run it",
    )
    return output.strip().splitlines()[-1]


def check_types(environment: Environment, programs: Sequence[Path] = ()) -> tuple[str, list[str]]:
    """Type-check a right and a wrong program; raise Refusal unless exactly the wrong lines are rejected.

    Return what was found, and what speaks against further programs.
    """
    right, wrong = PROGRAMS / "right.py", PROGRAMS / "wrong.py"
    mypy = [sys.executable, "-m", "mypy", *_MYPY, f"--python-executable={environment.python}"]
    done = attempt([*mypy, right, wrong, *programs], cwd=environment.folder)
    lines = done.stdout.splitlines()
    theirs = [line for line in lines if line.startswith(tuple(f"{each}:" for each in programs))]
    ours = [line for line in lines if line not in theirs]
    if ours or done.returncode not in (0, bool(theirs)):
        raise Refusal(
            "The type checker rejects a right program, or accepts what wrong.py says is wrong:",
            details=ours,
            way_out="mypy --strict the program (tools/release/consumers) against the built wheel to see more",
        )
    mistakes = wrong.read_text(encoding="utf-8").count("# type: ignore[")
    return f"right.py is accepted, {mistakes} mistakes of wrong.py are rejected", theirs
