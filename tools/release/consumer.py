"""Programs of a user, run and type-checked against an installed release."""

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.release.environment import Environment
from tools.release.errors import Refusal
from tools.release.process import attempt, sparse_environment

PROGRAMS = Path(__file__).parent / "consumers"
SMOKE_NEEDS = ("trio>=0.25", "pytest>=8.2")

_EXPECTED = re.compile(r"#\s*rejected:\s*([\w-]+)")
_REPORTED = re.compile(r"^[^:\n]+:(\d+): error: .*\[([\w-]+)\]$")
_MYPY = (
    "--strict", "--config-file=", "--no-error-summary", "--hide-error-context", "--no-color-output",
    "--show-absolute-path", f"--cache-dir={os.devnull}",
)  # fmt: skip
_TYPES_WAY_OUT = "mypy --strict the program (tools/release/consumers) against the built wheel to see more"


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
    """Type-check a right and a wrong program; raise Refusal unless exactly the wrong one is rejected.

    Return what was found, and what speaks against further programs.
    """
    right, wrong = PROGRAMS / "right.py", PROGRAMS / "wrong.py"
    mypy = [sys.executable, "-m", "mypy", *_MYPY, f"--python-executable={environment.python}"]
    done = attempt([*mypy, right, wrong, *programs], cwd=environment.folder, env=sparse_environment())
    lines = [line.strip() for line in done.stdout.splitlines()]
    if errors := [line for line in lines if line.startswith(f"{right}:")]:
        problem = "\n".join(["The type checker rejects a right program:", *errors])
        raise Refusal(problem, way_out=_TYPES_WAY_OUT)
    theirs = [line for line in lines if line.startswith(tuple(f"{each}:" for each in programs))]
    ours = [line for line in lines if line not in theirs]
    expected = {
        (number, code)
        for number, line in enumerate(wrong.read_text(encoding="utf-8").splitlines(), 1)
        for code in _EXPECTED.findall(line)
    }
    reported = {(int(found[1]), found[2]) for line in ours if (found := _REPORTED.match(line))}
    if reported != expected:
        accepted = [
            f"    line {line} is accepted: {code} was expected" for line, code in sorted(expected - reported)
        ]
        problem = "The type checker does not reject what is wrong in wrong.py:"
        raise Refusal("\n".join([problem, *accepted, *ours]), way_out=_TYPES_WAY_OUT)
    return f"right.py is accepted, {len(expected)} mistakes of wrong.py are rejected", theirs
