"""The steps of a release, in their order. docs/release.md explains each under the same heading."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tools.release import artifacts, commit, upload
from tools.release.errors import Refusal
from tools.release.release import Release


class Step(NamedTuple):
    """One check or deed: its heading, and a function that says what it found or raises Refusal."""

    title: str
    take: Callable[[Release], str]


STEPS = (
    Step("The tree is clean", commit.check_tree),
    Step("The tag is at the commit", commit.check_tag),
    Step("The tests passed at the commit", commit.check_tests),
    Step("The index answers", commit.check_index),
    Step("The generated package is current", commit.check_generated),
    Step("Version, changelog and kind of change agree", commit.check_version),
    Step("The distributions are reproducible", artifacts.build_distributions),
    Step("The metadata is accepted", artifacts.check_metadata),
    Step("The wheel holds what users need and nothing else", artifacts.check_contents),
    Step("The wheel works in clean environments", artifacts.check_use),
    Step("A type checker accepts a right program and rejects a wrong one", artifacts.check_types),
    Step("The files go up", upload.upload),
    Step("The index gives the release back", upload.check_published),
)


def take_steps(release: Release, *, say: Callable[[str], None], steps: tuple[Step, ...] = STEPS) -> None:
    """Take the steps in order, saying what each found; the first Refusal ends the release."""
    for number, step in enumerate(steps, 1):
        say(f"{number:2}. {step.title} …")
        try:
            found = step.take(release)
        except Refusal as refusal:
            raise Refusal(
                f"Step {number}, {step.title!r}:\n{refusal.problem}", way_out=refusal.way_out
            ) from None
        say("\n".join(f"      {line}" for line in found.splitlines()))


def find_root() -> Path:
    """Return the top of the repository that this file belongs to."""
    return Path(__file__).resolve().parents[2]
