"""Versions: how to read ours, how far it moved, and how far what changes for users asks it to move."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from packaging.version import InvalidVersion, Version

from tools.release.errors import Refusal
from tools.steps import STEPS, Step

VERSION_FILE = "src/egp/_version.py"

_STATED = re.compile(r"""^__version__\b[^=]*=\s*(["'])([^"']+)\1\s*(?:#.*)?$""", re.MULTILINE)


class Change(NamedTuple):
    """One thing that users of the last release would notice."""

    source: str  # "spec", "api", "words" or "types"
    what: str
    where: str
    step: Step

    def __str__(self) -> str:
        return f"{self.source}: {self.where}: {self.what} ({self.step})"


def read_version(source: str) -> Version:
    """Return the version that the text of _version.py states; raise Refusal unless it is a release's."""
    way_out = f"write a version such as 1.2.0 or 1.2.0rc1 into {VERSION_FILE}"
    found = _STATED.findall(source)
    if len(found) != 1:
        raise Refusal(f"{VERSION_FILE} does not assign one string to __version__.", way_out=way_out)
    [(_, stated)] = found
    try:
        version = Version(stated)
    except InvalidVersion:
        raise Refusal(f"{stated!r} in {VERSION_FILE} is not a version.", way_out=way_out) from None
    if str(version) != stated or version.local or version.is_devrelease or len(version.release) != 3:
        raise Refusal(f"{stated!r} in {VERSION_FILE} is not the version of a release.", way_out=way_out)
    return version


def last_release(versions: list[Version], version: Version) -> Version | None:
    """Return the release that users of `version` come from: the latest final one before it.

    Release candidates promise nothing, so none of them is a measure.
    """
    return max((each for each in versions if each < version and not each.is_prerelease), default=None)


def step_between(old: Version, new: Version) -> Step:
    """Return how far a version moved, by the first of its three numbers that differs."""
    if new.major != old.major:
        return "major"
    return "minor" if new.minor != old.minor else "patch"


def required_step(change: Step, old: Version) -> Step:
    """Return the smallest step that may carry a change.

    Before 1.0 the second number is the one that may break, as clause 4 of Semantic Versioning leaves open
    and as pip's ``~=0.1.0`` reads it: there, a breaking change needs a minor step. A major step (1.0.0) is
    always enough.
    """
    return "minor" if change == "major" and old.major == 0 else change


def carries(step: Step, required: Step) -> bool:
    """Tell whether a step is at least as large as the required one."""
    return STEPS.index(step) >= STEPS.index(required)


def next_version(old: Version, step: Step) -> Version:
    """Return the version that is this step after `old`."""
    parts = {"major": (old.major + 1, 0, 0), "minor": (old.major, old.minor + 1, 0)}
    return Version("{}.{}.{}".format(*parts.get(step, (old.major, old.minor, old.micro + 1))))


def largest(changes: Sequence[Change]) -> Step:
    """Return the step that the weightiest of the changes asks for."""
    steps: list[Step] = ["none", *(change.step for change in changes)]
    return max(steps, key=STEPS.index)


def check_step(old: Version, new: Version, changes: Sequence[Change]) -> str:
    """Return why the step from one version to the next carries the changes; raise Refusal if it does not."""
    step, change = step_between(old, new), largest(changes)
    required = required_step(change, old)
    if carries(step, required):
        asked_for = "none in particular" if required == "none" else f"a {required} one"
        return f"{old} → {new} is a {step} step; the changes ask for {asked_for}"
    breaking = change == "major"
    versions = f"release it as {next_version(old, required)} ({required})"
    if breaking and required == "minor":
        versions += f" or {next_version(old, 'major')} (major)"
    undo = "keep what users have beside what is new" if breaking else "leave the addition for later"
    verdict = (
        f"{old} → {new} is a {step} step, but this release {'breaks' if breaking else 'adds to'} "
        f"what users have; it has to be a {required} step:"
    )
    raise Refusal(
        verdict,
        details=[str(each) for each in changes if each.step == change],
        way_out=f"{versions}, in {VERSION_FILE} and CHANGELOG.md; or {undo}",
    )
