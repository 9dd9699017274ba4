"""Programs of a user, run and type-checked against an installed release."""

import os
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from tools.release.environment import Environment
from tools.release.errors import Refusal
from tools.release.process import run, sparse_environment

PROGRAMS = Path(__file__).parent / "consumers"
SMOKE_NEEDS = ("trio>=0.25", "pytest>=8.2")

_EXPECTED = re.compile(r"#\s*rejected:\s*([\w-]+)")
_REPORTED = re.compile(r"^[^:\n]+:(\d+): error: .*\[([\w-]+)\]$", re.MULTILINE)
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
    wrong = PROGRAMS / "wrong.py"
    output = _mypy(environment, [PROGRAMS / "right.py", wrong, *programs])
    lines = [line.strip() for line in output.splitlines()]
    if errors := [line for line in lines if line.startswith(f"{PROGRAMS / 'right.py'}:")]:
        problem = "\n".join(["The type checker rejects a right program:", *errors])
        raise Refusal(problem, way_out=_TYPES_WAY_OUT)
    theirs = [line for line in lines if any(line.startswith(f"{each}:") for each in programs)]
    output = "\n".join(line for line in lines if line not in theirs)
    expected = {
        (number, code)
        for number, line in enumerate(wrong.read_text(encoding="utf-8").splitlines(), 1)
        for code in _EXPECTED.findall(line)
    }
    reported = {(int(line), code) for line, code in _REPORTED.findall(output)}
    if reported != expected:
        accepted = [
            f"    line {line} is accepted: {code} was expected" for line, code in sorted(expected - reported)
        ]
        raise Refusal(
            "\n".join(["The type checker does not reject what is wrong in wrong.py:", *accepted, output]),
            way_out=_TYPES_WAY_OUT,
        )
    return f"right.py is accepted, {len(expected)} mistakes of wrong.py are rejected", theirs


def _mypy(environment: Environment, programs: Iterable[Path]) -> str:
    """Return what mypy --strict says against programs, empty if they are right."""
    report = "--no-error-summary", "--hide-error-context", "--no-color-output", "--show-absolute-path"
    where = f"--python-executable={environment.python}", f"--cache-dir={os.devnull}"
    mypy: list[str | Path] = [sys.executable, "-m", "mypy", "--strict", "--config-file=", *report, *where]
    try:
        run(
            [*mypy, *programs],
            cwd=environment.folder,
            env=sparse_environment(),
            refused="mypy:",
            way_out=_TYPES_WAY_OUT,
            shown_lines=10_000,
        )
    except Refusal as refusal:
        return refusal.problem.partition("\n")[2] or refusal.problem
    return ""
