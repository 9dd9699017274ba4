"""Run the recipes of a document, each followed by a program that uses what the recipe has configured."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from egp.testing import Server
from tests.frameworks.environments import ROOT, node_with_openai, python_with

PROGRAMS = Path(__file__).parent / "programs"
# Where the documents say that the local server is, and where the service is.
DOCUMENTED_URLS = ("http://127.0.0.1:8080", "https://api.egp.scale.com")
_SECONDS = 300  # a framework may take long to be imported on a busy machine


def recipe(document: str, heading: str, language: str = "python") -> str:
    """Return the code below a heading of a document, without its quotation marks."""
    text = (ROOT / document).read_text(encoding="utf-8")
    section = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    assert section is not None, f"{document} has no section {heading}"
    block = re.search(rf"^```{language}(?: notest)?\n(.*?)^```$", section[1], re.DOTALL | re.MULTILINE)
    assert block is not None, f"the section {heading} of {document} has no {language}"
    return block[1]


def run_python(
    framework: str, recipe: str, program: str, server: Server, folder: Path, **variables: str
) -> dict[str, Any]:
    """Run a recipe and then a program of ours, in the environment of a framework; return what it reported.

    `variables` are those of the program's environment.
    """
    file = folder / "main.py"
    file.write_text(_program(recipe, program, server), encoding="utf-8")
    return _reported([python_with(framework), "-P", file], server, folder, variables)


def run_node(recipe: str, program: str, server: Server, folder: Path, **variables: str) -> dict[str, Any]:
    """Run a recipe and then a program of ours with Node."""
    # Node looks for packages from where the program is.
    file = node_with_openai() / f"{folder.name}.mjs"
    file.write_text(_program(recipe, program, server), encoding="utf-8")
    return _reported(["node", file], server, folder, variables)


def _program(recipe: str, program: str, server: Server) -> str:
    for url in DOCUMENTED_URLS:
        recipe = recipe.replace(url, server.url)
    return recipe + "\n\n" + (PROGRAMS / program).read_text("utf-8")


def _reported(
    command: list[str | Path], server: Server, folder: Path, variables: dict[str, str]
) -> dict[str, Any]:
    """Return what a program printed as its last line: a JSON object."""
    keys = re.compile(r"(EGP|OPENAI|SGP|ANTHROPIC|LITELLM)_")
    inherited = {name: value for name, value in os.environ.items() if not keys.match(name)}
    direct = {name: server.environment[name] for name in ("NO_PROXY", "no_proxy")}
    switched_off = {"OPENAI_AGENTS_DISABLE_TRACING": "1", "DO_NOT_TRACK": "1", "PYTHONWARNINGS": "default"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**inherited, **direct, **switched_off, **variables, "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    reported: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return reported
