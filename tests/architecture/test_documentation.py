"""What the pages list is what there is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

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
