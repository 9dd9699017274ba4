"""The metadata of two releases: what installers, pytest and the shell go by."""

import tomllib
from collections.abc import Iterable, Iterator
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from tools.release.semver import Change
from tools.release.version import Step


def compare_metadata(old: bytes, new: bytes) -> list[Change]:
    """Return what changed for users between the texts of two pyproject.toml."""
    before, after = (tomllib.loads(text.decode())["project"] for text in (old, new))
    return list(_compare(before, after))


def _compare(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    if old["name"] != new["name"]:
        yield _change("name", f"was {old['name']} and is {new['name']}", "major")
    if _narrowed(SpecifierSet(old["requires-python"]), SpecifierSet(new["requires-python"])):
        yield _change(
            "requires-python", f"was {old['requires-python']} and is {new['requires-python']}", "minor"
        )
    yield from _names("entry point", _entry_points(old), _entry_points(new))
    extras, others = old.get("optional-dependencies", {}), new.get("optional-dependencies", {})
    yield from _names("extra", extras, others)
    yield from _requirements("dependencies", old.get("dependencies", []), new.get("dependencies", []))
    for extra in extras.keys() & others.keys():
        yield from _requirements(f"extra {extra}", extras[extra], others[extra])


def _names(noun: str, old: Iterable[str], new: Iterable[str]) -> Iterator[Change]:
    for name in sorted(set(old) - set(new)):
        yield _change(f"{noun} {name}", "removed", "major")
    for name in sorted(set(new) - set(old)):
        yield _change(f"{noun} {name}", "added", "minor")


def _entry_points(project: dict[str, Any]) -> set[str]:
    groups: dict[str, dict[str, str]] = dict(project.get("entry-points", {}))
    groups |= {name: project[name] for name in ("scripts", "gui-scripts") if name in project}
    return {f"{group}: {name}" for group, names in groups.items() for name in names}


def _requirements(where: str, old: list[str], new: list[str]) -> Iterator[Change]:
    before, after = (
        {(_name(each), str(each.marker)): each for each in map(Requirement, texts)} for texts in (old, new)
    )
    for key, requirement in sorted(after.items()):
        if key not in before:
            yield _change(where, f"{requirement} is needed", "minor")
        elif _narrowed(before[key].specifier, requirement.specifier):
            yield _change(where, f"{before[key]} was enough, {requirement} is needed", "minor")


def _narrowed(old: SpecifierSet, new: SpecifierSet) -> bool:
    """Tell whether a version that fitted fits no more, tried at every version that either names."""
    named = {each.version.removesuffix(".*") for specifiers in (old, new) for each in specifiers}
    tried = [Version("0"), *map(Version, named)]
    return any(
        old.contains(each, prereleases=True) and not new.contains(each, prereleases=True) for each in tried
    )


def _name(requirement: Requirement) -> str:
    return canonicalize_name(requirement.name)


def _change(where: str, what: str, step: Step) -> Change:
    return Change("metadata", what, where, step)
