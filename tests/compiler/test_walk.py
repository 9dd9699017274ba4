"""docs/contract.md: the seven edits of a maintainer, made one after the other, with the terminal's words."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("tools", "tests/contract", "tests/spec", "templates", "generated")
FILES = ("openapi.yaml", "generator-config.yaml", "pyproject.toml")


class Step(NamedTuple):
    """An edit of the page: the changed parts of files, and what the terminal says."""

    title: str
    changes: list[tuple[str, str]]
    said: str


def steps() -> list[Step]:
    page = (ROOT / "docs" / "contract.md").read_text("utf-8")
    found = []
    for section in re.split(r"^### ", page, flags=re.MULTILINE)[1:]:
        changes = re.findall(r"^```diff\n# (\S+)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
        [said] = re.findall(
            r"^```console\n\$ scripts/regenerate\n(.*?)^```$", section, re.MULTILINE | re.DOTALL
        )
        found.append(Step(section.partition("\n")[0], changes, said))
    return found


STEPS = steps()


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the contract, the compiler and the tests of the contract are."""
    folder = tmp_path_factory.mktemp("repository")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def run(repository: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=repository,
            env={**os.environ, "PYTHONPATH": str(repository)},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    return run


def apply(folder: Path, file: str, change: str) -> None:
    lines = change.splitlines()
    before = "".join(f"{line[1:]}\n" for line in lines if line[:1] in " -")
    after = "".join(f"{line[1:]}\n" for line in lines if line[:1] in " +")
    text = (folder / file).read_text("utf-8")
    assert text.count(f"\n{before}") == 1, f"{file} has this not once:\n{before}"
    (folder / file).write_text(text.replace(f"\n{before}", f"\n{after}"), "utf-8")


@pytest.mark.timeout(600)
def test_each_edit_says_what_the_page_has_and_leaves_the_tests_of_the_contract_green(
    repository: Path, run: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    assert len(STEPS) == 7
    for step in STEPS:
        for file, change in step.changes:
            apply(repository, file, change)

        regenerated = run("tools.compiler")
        tested = run("pytest", "--confcutdir=tests/spec", "tests/spec", "-q", "-x")

        assert (step.title, regenerated.stdout) == (step.title, step.said)
        assert tested.returncode == 0, f"{step.title}\n{tested.stdout[-3000:]}"
