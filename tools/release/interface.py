"""The public Python API of two releases, compared by griffe.

griffe reads the sources, it imports nothing. It reports what a caller loses: a public name, a parameter, a
kind of parameter, a base class. What it does not do is follow a public name into the private module where
its class lives when only an annotation leads there (``client.chat`` is a ``Chat`` of ``egp._chat``), nor
report what was added. Both are done here.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import griffe

from tools.release.kind import Change

PACKAGES = {"egp": "src", "egp_api": "generated"}

# A default that changed breaks nobody's call: it is counted like a changed default of the spec.
_NOT_BREAKING = {griffe.BreakageKind.PARAMETER_CHANGED_DEFAULT}


def compare_interfaces(old: Path, new: Path) -> list[Change]:
    """Return what changed between the packages below two folders, each public name once."""
    changes: dict[str, Change] = {}
    for package, folder in PACKAGES.items():
        before, after = _load(package, old / folder), _load(package, new / folder)
        if before is None:
            continue
        if after is None:
            found: Iterable[Change] = [Change("api", "package removed", package, "major")]
        else:
            found = _compare(before, after)
        for change in found:
            changes.setdefault(f"{change.where} {change.what}", change)
    return list(changes.values())


def _load(package: str, folder: Path) -> griffe.Module | None:
    """Load a package of a folder; None where the folder has none."""
    if not (folder / package / "__init__.py").is_file():
        return None
    loader = griffe.GriffeLoader(search_paths=[folder], allow_inspection=False)
    loaded = loader.load(package)
    loader.resolve_aliases(implicit=True, external=False)
    assert isinstance(loaded, griffe.Module)  # a folder with __init__.py is a module
    return loaded


def _compare(before: griffe.Module, after: griffe.Module) -> Iterator[Change]:
    for breakage in griffe.find_breaking_changes(before, after):
        yield _change(breakage)
    for old, new in _implied_classes(before, after):
        for breakage in griffe.find_breaking_changes(old, new):
            yield _change(breakage)
    yield from _hidden(before, after)
    was = {before.path, *_public_names(before, before.path, before)}
    for name in _public_names(after, after.path, after):
        if name not in was and _parents(name) <= was:
            yield Change("api", "added", name, "minor")


def _hidden(before: griffe.Module, after: griffe.Module) -> Iterator[Change]:
    """Yield the names that are still there but public no more, such as those that left ``__all__``."""
    for name, member in before.members.items():
        now = after.members.get(name)
        if now is None or not member.is_public:
            continue
        if not now.is_public:
            yield Change("api", "removed", member.path, "major")
        elif isinstance(member, griffe.Module) and isinstance(now, griffe.Module):
            yield from _hidden(member, now)


def _change(breakage: griffe.Breakage) -> Change:
    where = breakage.obj.path
    match breakage.kind:
        case griffe.BreakageKind.OBJECT_REMOVED:
            what = "removed"
        case _:
            what = breakage.kind.value[0].lower() + breakage.kind.value[1:]
            named = breakage.new_value if breakage.old_value is None else breakage.old_value
            if isinstance(named, griffe.Parameter):
                what += f" ({named.name})"
    return Change("api", what, where, "minor" if breakage.kind in _NOT_BREAKING else "major")


def _implied_classes(
    before: griffe.Module, after: griffe.Module
) -> list[tuple[griffe.Object, griffe.Object]]:
    """Return the classes that public annotations lead to, paired by the place that leads there."""
    pairs: dict[str, tuple[griffe.Object, griffe.Object]] = {}
    waiting: list[tuple[griffe.Object, griffe.Object]] = [(before, after)]
    visited: set[str] = set()
    while waiting:
        old, new = waiting.pop()
        if old.path in visited:
            continue
        visited.add(old.path)
        for name, old_member in old.all_members.items():
            new_member = new.all_members.get(name)
            if new_member is None or not old_member.is_public:
                continue
            old_target, new_target = _target(old_member), _target(new_member)
            if old_target is None or new_target is None:
                continue
            if (old_target.is_class and new_target.is_class) or (
                old_target.is_module and new_target.is_module
            ):
                waiting.append((old_target, new_target))
            for old_class, new_class in zip(
                _annotated(old_target, before), _annotated(new_target, after), strict=False
            ):
                pairs.setdefault(old_class.path, (old_class, new_class))
                waiting.append((old_class, new_class))
    return list(pairs.values())


def _annotated(member: griffe.Object, package: griffe.Module) -> list[griffe.Object]:
    """Return the package's own classes that a member's return or attribute annotation names."""
    if isinstance(member, griffe.Function):
        annotation = member.returns
    elif isinstance(member, griffe.Attribute):
        annotation = member.annotation
    else:
        return []
    if not isinstance(annotation, griffe.Expr):
        return []
    classes: list[griffe.Object] = []
    for part in annotation.iterate(flat=True):
        if not isinstance(part, griffe.ExprName) or not part.canonical_path.startswith(f"{package.path}."):
            continue
        try:
            found = _target(package[part.canonical_path.removeprefix(f"{package.path}.")])
        except (KeyError, griffe.GriffeError):
            continue
        if found is not None and found.is_class:
            classes.append(found)
    return classes


def _target(member: griffe.Object | griffe.Alias) -> griffe.Object | None:
    """Follow an alias; None where it leads out of the package."""
    if isinstance(member, griffe.Alias):
        try:
            return member.final_target
        except griffe.GriffeError:
            return None
    return member


def _public_names(
    parent: griffe.Object, prefix: str, package: griffe.Module, above: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Yield the public names below an object, as users reach them, and the parameters that functions take.

    ``egp.Client.chat.completions.create(model)``: aliases and annotated attributes lead into private modules,
    where no name of its own does. What has a public name is listed under that one only.
    """
    if parent.path in above:
        return
    above |= {parent.path}
    members = parent.all_members if parent.is_class else parent.members
    for name, member in members.items():
        target = _target(member) if member.is_public else None
        if target is None or (target.is_module and member.is_alias):
            continue
        path = f"{prefix}.{name}"
        yield path
        if member.is_alias and not _is_hidden(target):
            continue
        if isinstance(target, griffe.Function):
            yield from (f"{path}({parameter.name})" for parameter in target.parameters)
        elif isinstance(target, griffe.Attribute):
            for implied in filter(_is_hidden, _annotated(target, package)):
                yield from _public_names(implied, path, package, above)
        else:
            yield from _public_names(target, path, package, above)


def _is_hidden(member: griffe.Object) -> bool:
    return any(part.startswith("_") for part in member.path.split("."))


def _parents(name: str) -> set[str]:
    """Return what a name is part of: its module and classes, and for a parameter also its function."""
    path, is_parameter, _ = name.partition("(")
    parts = path.split(".")
    return {".".join(parts[:length]) for length in range(1, len(parts) + bool(is_parameter))}
