"""What the pages list is what there is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def test_every_extra_is_on_the_page_about_installing():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    rows = re.findall(r"^\| (`.*) \|.*\|$", (ROOT / "docs/install.md").read_text(), re.MULTILINE)

    told = {name for row in rows for name in re.findall(r"`([a-z]+)`", row.partition("|")[0])}
    assert told == set(project["optional-dependencies"])


def test_every_verb_of_tox_is_in_contributing():
    tox = (ROOT / "tox.ini").read_text()
    verbs = set(re.findall(r"^\[testenv:([a-z-]+)\]$", tox, re.MULTILINE))

    told = set(re.findall(r"`(?:scripts/test )?-e ([a-z-]+)", (ROOT / "CONTRIBUTING.md").read_text()))
    assert verbs <= told


PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
CODE = ("src", "generated", "tests", "tools", "benchmarks", "docs", "examples")
FILES = [str(path) for folder in CODE for path in (ROOT / folder).rglob("*.py")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_python_file_that_a_page_names_is_there(page: Path):
    prose = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)

    named = set(re.findall(r"`([\w/.-]+\.py)\b", prose))
    assert {name for name in named if not any(path.endswith(f"/{name}") for path in FILES)} == set()


def test_every_file_that_the_profile_looks_for_is_there():
    profile = (ROOT / "benchmarks/profile.py").read_text()

    named = set(re.findall(r'"((?:_core|_io|egp)/[\w/]*\w(?:\.py|/))"', profile))
    assert {name for name in named if not any(name in path for path in FILES)} == set()
