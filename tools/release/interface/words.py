"""What people and tools are told by words: metadata, environment variables, commands and their options."""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from tools.release.errors import understanding
from tools.release.version import Change

_VARIABLE = re.compile(r"[ES]GP_[A-Z][A-Z_]*[A-Z]")
_SETTINGS = ("action", "choices", "const", "nargs", "required")


def compare_words(old: Path, new: Path) -> list[Change]:
    """Return what changed between two folders with pyproject.toml and the sources of the package `egp`."""
    before, after = _words(old), _words(new)
    changes = [
        Change("words", "removed", word, "minor" if "default" in word else "major")
        for word in sorted(before - after)
    ]
    changes += [Change("words", "added", word, "minor") for word in sorted(after - before)]
    enough, needed = _requirements(old), _requirements(new)
    for what, versions in sorted(needed.items()):
        if what not in enough:
            changes.append(Change("words", "is needed", f"{what}{versions}", "minor"))
        elif _is_narrower(enough[what], versions):
            said = f"{enough[what] or 'any version'} was enough, {versions} is needed"
            changes.append(Change("words", said, what, "minor"))
    return changes


def _words(root: Path) -> Counter[str]:
    """Return the name, extras and entry points of a release, its variables, commands and arguments."""
    project = _project(root)
    groups = {name: project[name] for name in ("scripts", "gui-scripts") if name in project}
    groups |= project.get("entry-points", {})
    words = Counter([f"name {project['name']}"])
    words.update(f"extra {name}" for name in project.get("optional-dependencies", {}))
    words.update(f"entry point {group}: {name}" for group, names in groups.items() for name in names)
    for file in sorted(root.glob("src/egp/**/*.py")):
        # egp.testing and egp.cli have commands; in which of their modules is nobody's business.
        owner = ".".join(["egp", *file.relative_to(root / "src/egp").parts[:-1][:1]])
        with understanding(str(file.relative_to(root))):
            source = ast.parse(file.read_bytes())
        for node in ast.walk(source):
            if isinstance(node, ast.Constant) and _VARIABLE.fullmatch(str(node.value)):
                words[f"variable {node.value!s}"] = 1  # how often it is read is nobody's business either
            words.update(_arguments(node, owner))
    return words


def _arguments(node: ast.AST, owner: str) -> Iterator[str]:
    match node:
        case ast.Call(
            func=ast.Attribute(attr="add_argument" | "add_parser" as how), args=args, keywords=keywords
        ):
            given = {each.arg: _literal(each.value) for each in keywords}
            said = "".join(f" {name}={given[name]}" for name in _SETTINGS if given.get(name))
            for name in [str(each.value) for each in args if isinstance(each, ast.Constant)]:
                word = f"{owner}: {'command' if how == 'add_parser' else 'argument'} {name}"
                yield f"{word}{said}"
                if given.get("default"):
                    yield f"{word}, default {given['default']}"


def _literal(node: ast.expr) -> str | None:
    """Return a value that is written out; how a computed one is called is no user's business."""
    try:
        return repr(ast.literal_eval(node))
    except ValueError:
        return None


def _requirements(root: Path) -> dict[str, SpecifierSet]:
    """Return the versions that are allowed, by what they are of and for which users."""
    with understanding("pyproject.toml"):
        return _allowed(_project(root))


def _allowed(project: dict[str, Any]) -> dict[str, SpecifierSet]:
    found = {"Python": SpecifierSet(project["requires-python"])}
    of_extras = {"": project.get("dependencies", [])} | project.get("optional-dependencies", {})
    for extra, texts in of_extras.items():
        for each in map(Requirement, texts):
            conditions = [f"with {extra}"] if extra else []
            conditions += [str(each.marker)] if each.marker else []
            named = " ".join([canonicalize_name(each.name), *conditions])
            found[named] = each.specifier
    return found


def _is_narrower(old: SpecifierSet, new: SpecifierSet) -> bool:
    """Tell whether a version that fitted fits no more, tried at every version that either names."""
    named = {each.version.removesuffix(".*") for specifiers in (old, new) for each in specifiers}
    return any(
        old.contains(each, prereleases=True) and not new.contains(each, prereleases=True)
        for each in map(Version, ["0", *named])
    )


def _project(root: Path) -> dict[str, Any]:
    with understanding("pyproject.toml"):
        project: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    return project
