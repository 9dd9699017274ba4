"""The checklist: steps beside each other, told in their order."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("twine", reason="needs the release tools: tox -e release")

from tools.release.checklist import Step, take_steps
from tools.release.errors import Refusal
from tools.release.process import run, workspace
from tools.release.release import Options, Release
from tools.release.repository import Repository


@pytest.fixture
def release(tmp_path):
    """A release of nothing."""
    return Release(tmp_path, tmp_path, Options(dry_run=True), None)


def wait(seconds, text=""):
    """Return a step that waits in a child."""
    code = f"import time; time.sleep({seconds}); print({text!r})"

    def take(release):
        return run([sys.executable, "-c", code], cwd=release.workspace, refused="ended", way_out="")

    return take


def refuse(_release):
    raise Refusal("wrong", way_out="mend it")


def test_steps_beside_each_other_are_told_in_their_order(release):
    said = []
    steps = (Step("a", wait(0.2, "slow"), beside=True), Step("b", lambda _: "quick", beside=True))

    take_steps(release, say=said.append, steps=steps)

    assert said == [" 1. a …", "      slow", " 2. b …", "      quick"]


def test_the_first_refusal_in_that_order_is_told_and_ends_what_runs_beside_it(release):
    steps = (
        Step("fine", lambda _: "", beside=True),
        Step("first", refuse, beside=True),
        Step("second", refuse, beside=True),
        Step("endless", wait(3600), beside=True),
    )

    with workspace(), pytest.raises(Refusal) as refused:
        take_steps(release, say=lambda _: None, steps=steps)

    assert refused.value.problem == "Step 2, 'first':\nwrong"
    assert refused.value.way_out == "mend it"


def test_no_step_is_taken_after_a_refusal(release):
    taken = []

    with pytest.raises(Refusal):
        take_steps(release, say=lambda _: None, steps=(Step("a", refuse), Step("b", taken.append)))

    assert taken == []


def test_what_several_steps_ask_for_is_made_once(release, monkeypatch):
    made = []
    monkeypatch.setattr(Repository, "export", lambda *arguments: made.append(arguments))

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: release.source, range(8)))

    assert len(found) == len(made) == 1
