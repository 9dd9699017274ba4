"""The kind of change that a release brings, and whether its version says so."""

from typing import NamedTuple

from packaging.version import Version

from tools.release.errors import Refusal
from tools.release.version import STEPS, Step, carries, next_version, required_step, step_between

_SHOWN = 12


class Change(NamedTuple):
    """One thing that users of the last release would notice."""

    source: str  # "spec" or "api"
    what: str
    where: str
    step: Step

    def __str__(self) -> str:
        return f"{self.source}: {self.where}: {self.what} ({self.step})"


def largest(changes: list[Change]) -> Step:
    """Return the step that the weightiest of the changes asks for."""
    steps: set[Step] = {"none", *(change.step for change in changes)}
    return max(steps, key=STEPS.index)


def check_step(old: Version, new: Version, changes: list[Change]) -> str:
    """Return why the step from one version to the next carries the changes; raise Refusal if it does not."""
    step, change = step_between(old, new), largest(changes)
    required = required_step(change, old)
    if carries(step, required):
        return f"{old} → {new} is a {step} step; the changes ask for {_article(required)}"
    guilty = [each for each in changes if each.step == change]
    shown = [f"    {each}" for each in guilty[:_SHOWN]]
    if len(guilty) > _SHOWN:
        shown.append(f"    … and {len(guilty) - _SHOWN} more")
    breaking = change == "major"
    effect = "breaks" if breaking else "adds to"
    verdict = (
        f"{old} → {new} is a {step} step, but this release {effect} what users have; "
        f"it has to be a {required} step:"
    )
    raise Refusal("\n".join([verdict, *shown]), way_out=_way_out(old, required, breaking=breaking))


def _way_out(old: Version, required: Step, *, breaking: bool) -> str:
    versions = f"release it as {next_version(old, required)} ({required})"
    if breaking and required == "minor":
        versions += f" or {next_version(old, 'major')} (major)"
    undo = "keep what users have beside what is new" if breaking else "leave the addition for later"
    return f"{versions}, in src/egp/_version.py and CHANGELOG.md; or {undo}"


def _article(step: Step) -> str:
    return "none in particular" if step == "none" else f"a {step} one"
