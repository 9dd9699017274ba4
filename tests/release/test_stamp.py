"""What scripts/test writes down for a release: the commit at which all of it was green."""

import os
import subprocess

import pytest

pytestmark = pytest.mark.index


@pytest.fixture
def run_tests(project, tmp_path):
    """Run scripts/test in a project, with a tox that ends as it is told to."""
    tox = tmp_path / "environment/bin/tox"
    tox.parent.mkdir(parents=True)
    tox.write_text('#!/bin/sh\n[ "$1" != run ] || exit $TOX_STATUS\n')
    tox.chmod(0o755)
    project.write("scripts/_environment", f'cd "$(dirname "$0")/.."\nVENV={tox.parents[1]}\n')
    project.commit("test: another environment")

    def run(*arguments, status):
        environment = os.environ | {"TOX_STATUS": str(status)}
        done = subprocess.run(["scripts/test", *arguments], cwd=project.root, env=environment, check=False)
        stamp = project.root / ".git/egp-tests-passed"
        return done.returncode, stamp.read_text() if stamp.exists() else None

    return run


def test_a_green_run_of_everything_is_written_down(project, run_tests):
    assert run_tests(status=0) == (0, project.git("rev-parse", "HEAD"))


def test_a_red_run_is_not(run_tests):
    assert run_tests(status=3) == (3, None)


def test_a_run_of_one_environment_is_not(run_tests):
    assert run_tests("-e", "lint", status=0) == (0, None)


def test_a_green_run_in_a_tree_that_is_not_clean_is_not(project, run_tests):
    project.write("README.md", "changed")

    assert run_tests(status=0) == (0, None)
