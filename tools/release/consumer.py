"""Programs of a user, run and type-checked against an installed release."""

import re
import sys
from pathlib import Path

from tools.release.environment import Environment
from tools.release.process import run, sparse_environment
from tools.release.refusal import Refusal

PROGRAMS = Path(__file__).parent / "consumers"

_EXPECTED = re.compile(r"#\s*rejected:\s*([\w-]+)")
_REPORTED = re.compile(r"^[^:\n]+:(\d+): error: .*\[([\w-]+)\]$", re.MULTILINE)
_TYPES_WAY_OUT = "mypy --strict the program (tools/release/consumers) against the built wheel to see more"


def smoke(environment: Environment, version: str) -> str:
    """Have a completion and a stream from egp.testing with the release that the environment holds."""
    return environment.run(
        PROGRAMS / "smoke.py",
        version,
        str(environment.folder),
        refused="The installed release does not do what it is for:",
        way_out="the program that failed is tools/release/consumers/smoke.py; install the wheel and run it",
    ).strip()


def check_types(environment: Environment) -> str:
    """Type-check a right and a wrong program; raise Refusal unless exactly the wrong one is rejected."""
    if output := _mypy(environment, PROGRAMS / "right.py"):
        raise Refusal(f"The type checker rejects a right program:\n{output}", way_out=_TYPES_WAY_OUT)
    wrong = PROGRAMS / "wrong.py"
    expected = {
        (number, code)
        for number, line in enumerate(wrong.read_text(encoding="utf-8").splitlines(), 1)
        for code in _EXPECTED.findall(line)
    }
    output = _mypy(environment, wrong)
    reported = {(int(line), code) for line, code in _REPORTED.findall(output)}
    if reported != expected:
        accepted = [
            f"    line {line} is accepted: {code} was expected" for line, code in sorted(expected - reported)
        ]
        raise Refusal(
            "\n".join(["The type checker does not reject what is wrong in wrong.py:", *accepted, output]),
            way_out=_TYPES_WAY_OUT,
        )
    return f"right.py is accepted, {len(expected)} mistakes of wrong.py are rejected"


def _mypy(environment: Environment, program: Path) -> str:
    """Return mypy's errors, empty if there are none."""
    report = "--no-error-summary", "--hide-error-context", "--no-color-output", "--show-error-codes"
    where = f"--python-executable={environment.python}", f"--cache-dir={environment.folder / 'mypy-cache'}"
    arguments: list[str | Path] = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--config-file=",
        *report,
        *where,
        program,
    ]
    try:
        run(
            arguments,
            cwd=environment.folder,
            env=sparse_environment(),
            refused="mypy:",
            way_out=_TYPES_WAY_OUT,
        )
    except Refusal as refusal:
        return refusal.problem.partition("\n")[2] or refusal.problem
    return ""
