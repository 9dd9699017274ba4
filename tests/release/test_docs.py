"""The pages for release engineers and users: docs/release.md explains what the script does, in its order."""

import re
import tomllib
from pathlib import Path

import pytest

pytest.importorskip("twine", reason="needs the release tools: tox -e release")

from tools.release.checklist import STEPS

TOP = Path(__file__).parents[2]
PAGE = TOP / "docs/release.md"


def test_the_headings_of_the_checklist_are_the_steps_of_the_script():
    headings = re.findall(r"^### (\d+)\. (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert headings == [(str(number), step.title) for number, step in enumerate(STEPS, 1)]


def test_every_refusal_of_a_step_number_is_about_a_heading():
    text = PAGE.read_text(encoding="utf-8")

    assert {int(number) for number in re.findall(r"\bstep (\d+)", text)} <= set(range(1, len(STEPS) + 1))


def test_users_find_the_source_the_issues_and_how_to_report_a_vulnerability():
    urls = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]["urls"]

    assert {"Source", "Issues", "Changelog", "Security"} <= urls.keys()
    assert urls["Security"].endswith("/SECURITY.md")
    assert "\n## Supported versions\n" in (TOP / "SECURITY.md").read_text("utf-8")
