"""Versions: how to read ours, how far it moved, and how far it had to."""

import ast
from typing import Literal

from packaging.version import InvalidVersion, Version

from tools.release.errors import Refusal

VERSION_FILE = "src/egp/_version.py"

Step = Literal["none", "patch", "minor", "major"]
STEPS: tuple[Step, ...] = ("none", "patch", "minor", "major")


def read_version(source: str) -> Version:
    """Return the version that the text of _version.py states; raise Refusal unless it is a release's."""
    stated = None
    for statement in ast.parse(source).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="__version__")], value=ast.Constant(value=str(text))):
                stated = text
            case ast.AnnAssign(target=ast.Name(id="__version__"), value=ast.Constant(value=str(text))):
                stated = text
            case _:
                pass
    way_out = f"write a version such as 1.2.0 or 1.2.0rc1 into {VERSION_FILE}"
    if stated is None:
        raise Refusal(f"{VERSION_FILE} does not assign a string to __version__.", way_out=way_out)
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
    if new.minor != old.minor:
        return "minor"
    return "patch"


def required_step(change: Step, old: Version) -> Step:
    """Return the smallest step that may carry a change.

    Before 1.0 the second number is the one that may break, as clause 4 of Semantic Versioning leaves open
    and as pip's ``~=0.1.0`` reads it: there, a breaking change needs a minor step. A major step (1.0.0) is
    always enough.
    """
    if change == "major" and old.major == 0:
        return "minor"
    return change


def carries(step: Step, required: Step) -> bool:
    """Tell whether a step is at least as large as the required one."""
    return STEPS.index(step) >= STEPS.index(required)


def next_version(old: Version, step: Step) -> Version:
    """Return the version that is this step after `old`."""
    match step:
        case "major":
            return Version(f"{old.major + 1}.0.0")
        case "minor":
            return Version(f"{old.major}.{old.minor + 1}.0")
        case _:
            return Version(f"{old.major}.{old.minor}.{old.micro + 1}")
