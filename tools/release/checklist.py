"""The steps of a release, in their order. docs/release.md explains each under the same heading."""

from collections.abc import Callable
from functools import partial
from itertools import count, groupby
from typing import NamedTuple

from tools.release import artifacts, commit, upload
from tools.release.errors import Refusal
from tools.release.process import side_by_side
from tools.release.release import Release


class Step(NamedTuple):
    """One check or deed: its heading, and a function that says what it found or raises Refusal.

    Neighbours that are `beside` each other are taken at the same time.
    """

    title: str
    take: Callable[[Release], str]
    beside: bool = False


STEPS = (
    Step("The tree is clean", commit.check_tree),
    Step("The tag is at the commit", commit.check_tag),
    Step("The tests passed at the commit", commit.check_tests),
    Step("The index answers", commit.check_index),
    Step("The generated package is current", commit.check_generated, beside=True),
    Step("Version, changelog and kind of change agree", commit.check_version, beside=True),
    Step("The distributions are reproducible", artifacts.check_reproducible, beside=True),
    Step("The metadata is accepted", artifacts.check_metadata, beside=True),
    Step("The wheel holds what users need and nothing else", artifacts.check_contents, beside=True),
    Step("The wheel works in clean environments", artifacts.check_use, beside=True),
    Step(
        "A type checker accepts a right program and rejects a wrong one", artifacts.check_types, beside=True
    ),
    Step("The files go up", upload.upload),
    Step("The index gives the release back", upload.check_published),
)


def take_steps(release: Release, *, say: Callable[[str], None], steps: tuple[Step, ...] = STEPS) -> None:
    """Take the steps, and say in their order what each found; the first Refusal ends the release."""
    numbers = count(1)
    with side_by_side() as pool:
        for beside, group in groupby(steps, lambda step: step.beside):
            takes = [
                (step, pool.submit(step.take, release).result if beside else partial(step.take, release))
                for step in group
            ]
            for step, take in takes:
                number = next(numbers)
                say(f"{number:2}. {step.title} …")
                try:
                    found = take()
                except Refusal as refusal:
                    problem = f"Step {number}, {step.title!r}:\n{refusal.problem}"
                    raise Refusal(problem, way_out=refusal.way_out) from None
                say("\n".join(f"      {line}" for line in found.splitlines()))
