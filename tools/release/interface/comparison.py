"""The public names of two releases, compared as callers and type checkers see them.

griffe reads the sources; it imports nothing. Both packages are walked side by side, from their public modules
through every re-export, base class, annotation and typed dictionary. So it makes no difference where a name
lives or how its annotation is spelt, and a private class counts as soon as a public name leads to it.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, cast

import griffe

from tools.release.interface.annotations import UNKNOWN, Annotations, Union, accepts, hidden_classes, show
from tools.release.semver import Change
from tools.release.version import Step

PACKAGES = {"egp": "src", "egp_api": "generated"}

# Its interface is its command line (command_line.py).
_COMMANDS = "egp.cli"
_RECORDS = ("define", "frozen", "mutable", "attrs", "dataclass", "attr.s")
_POSITIONAL = ("positional-only", "positional or keyword")


class Parameter(NamedTuple):
    """One parameter of a function, or one key of the typed dictionary that its keywords are."""

    name: str
    kind: str
    default: str | None
    union: Union

    @property
    def is_required(self) -> bool:
        """Whether a call without it fails."""
        return self.default is None and not self.kind.startswith("variadic")


class Release:
    """The packages of one release, read."""

    def __init__(self, root: Path) -> None:
        folders = {root / folder for name, folder in PACKAGES.items() if (root / folder / name).is_dir()}
        self._loader = griffe.GriffeLoader(search_paths=sorted(folders), allow_inspection=False)
        self.packages: dict[str, griffe.Module] = {}
        for package, folder in PACKAGES.items():
            if (root / folder / package / "__init__.py").is_file():
                self.packages[package] = cast(griffe.Module, self._loader.load(package))
        self._loader.resolve_aliases(implicit=True, external=False)
        self._public: set[str] = set()
        self.annotations = Annotations(self._loader.modules_collection, self._public)
        for module in self.packages.values():
            self._find_public(module)

    def members(self, parent: griffe.Object) -> dict[str, griffe.Object]:
        """Return the public members of a module or a class by name, inherited ones too, imports followed."""
        held = parent.all_members if parent.is_class else parent.members
        found: dict[str, griffe.Object] = {}
        for name, member in held.items():
            target = _target(member) if _is_public(name, member) else None
            if target is not None and not (target.is_module and member.is_alias):
                found[name] = target
        return found

    def ancestors(self, source: griffe.Class) -> set[str]:
        """Return the classes that an instance is also one of: those with a public name, and foreign ones."""
        found: set[str] = set()
        for each in (source, *_mro(source)):
            for base in each.bases:
                found |= {
                    part.name
                    for part in self.annotations.read(base, each.parent or each)
                    if not part.is_hidden
                }
        return found - {"object", "Generic", "Protocol", "ABC"}

    def keywords(self, source: griffe.Class) -> list[Parameter]:
        """Return the keys of a typed dictionary."""
        found: dict[str, Parameter] = {}
        for each in reversed((source, *_mro(source))):
            total = str(each.keywords.get("total", "True")) != "False"
            for name, member in each.members.items():
                if isinstance(member, griffe.Attribute) and member.annotation is not None:
                    outer = str(member.annotation).partition("[")[0].rpartition(".")[2]
                    required = outer == "Required" or (total and outer != "NotRequired")
                    union = self.annotations.read(member.annotation, each)
                    found[name] = Parameter(name, "keyword-only", None if required else "...", union)
        return list(found.values())

    def parameters(self, function: griffe.Function) -> list[Parameter]:
        """Return the parameters as a caller sees them, `**keywords: Unpack[…]` one by one."""
        found: list[Parameter] = []
        for number, each in enumerate(function.parameters):
            kind = each.kind.value if each.kind else ""
            if number == 0 and each.name in {"self", "cls"}:
                continue
            unnamed = kind == "positional-only"
            union = self.annotations.read(each.annotation, function)
            unpacked = next((part for part in union if part.name == "Unpack"), None)
            if unpacked and (source := next(iter(unpacked.arguments[0])).source):
                found += self.keywords(source)
            else:
                found.append(
                    Parameter(
                        f"#{number}" if unnamed else each.name,
                        kind,
                        self.value(each.default, function),
                        union,
                    )
                )
        return found

    def value(self, value: object, scope: griffe.Object) -> str | None:
        """Return a default as text, a named constant by what it is."""
        text = None if value is None else str(value)
        if text is not None and text.replace(".", "").isidentifier():
            try:
                first, _, rest = text.partition(".")
                target = self.annotations.find(".".join(filter(None, (scope.resolve(first), rest))))
            except griffe.NameResolutionError:
                return text
            if isinstance(target, griffe.Attribute) and target.value is not None:
                simple = str(target.value)
                return rest or first if simple.endswith(")") else simple
        return text

    def _find_public(self, module: griffe.Module) -> None:
        for member in self.members(module).values():
            if isinstance(member, griffe.Module):
                self._find_public(member)
            elif isinstance(member, griffe.Class):
                self._public.add(member.path)


class Comparison:
    """What changed from one release to the next, found by walking both side by side."""

    def __init__(self, old: Release, new: Release) -> None:
        self._old, self._new = old, new
        self._seen: set[tuple[str, str]] = set()
        self.changes: dict[str, Change] = {}

    def modules(self, old: griffe.Module, new: griffe.Module) -> None:
        """Compare two modules and all that is public below them."""
        if old.path == _COMMANDS:
            return
        before, after = self._old.members(old), self._new.members(new)
        self._names(before, after, old.path)
        for name in sorted(before.keys() & after.keys()):
            self._member(before[name], after[name], f"{old.path}.{name}")

    def add(self, where: str, what: str, step: Step) -> None:
        """Note one change."""
        self.changes.setdefault(f"{where} {what}", Change("api", what, where, step))

    def _names(self, before: Iterable[str], after: Iterable[str], where: str) -> None:
        for name in sorted(set(before) - set(after)):
            self.add(f"{where}.{name}", "removed", "major")
        for name in sorted(set(after) - set(before)):
            self.add(f"{where}.{name}", "added", "minor")

    def _member(self, old: griffe.Object, new: griffe.Object, where: str, *, open_class: bool = True) -> None:
        # A class is compared once, wherever it is met; a function of a mixin once for each class.
        key = (old.path, new.path) if old.is_class or old.is_module else (where, "")
        if key in self._seen:
            return
        self._seen.add(key)
        match old, new:
            case griffe.Module(), griffe.Module():
                self.modules(old, new)
            case griffe.Class(), griffe.Class():
                self._classes(old, new, where, open_class=open_class)
            case griffe.Function(), griffe.Function():
                self._functions(old, new, where)
            case griffe.Attribute(), griffe.Attribute():
                self._attributes(old, new, where)
            case _:
                self.add(where, f"is no {old.kind.value} any more but a {new.kind.value}", "major")

    def _classes(self, old: griffe.Class, new: griffe.Class, where: str, *, open_class: bool) -> None:
        before, after = self._old.ancestors(old), self._new.ancestors(new)
        for name in sorted(before - after):
            self.add(where, f"base class was removed ({name.rpartition('.')[2]})", "major")
        if "TypedDict" in before & after:
            self._keywords(self._old.keywords(old), self._new.keywords(new), where, "key")
            return
        if "_missing_" in old.all_members and "_missing_" not in new.all_members:
            self.add(where, "is closed: unknown values are refused", "major")
        mine, theirs = self._old.members(old), self._new.members(new)
        if not open_class or self._is_internal(old):
            mine.pop("__init__", None)
            theirs.pop("__init__", None)
        self._names(mine.keys() - {"__init__"}, theirs.keys() - {"__init__"}, where)
        for name in sorted(mine.keys() & theirs.keys()):
            self._member(mine[name], theirs[name], f"{where}.{name}")
        if _is_record(old) and _is_record(new):
            self._fields(old, new, where)

    def _fields(self, old: griffe.Class, new: griffe.Class, where: str) -> None:
        """Compare the defaults of the fields that make a record's constructor."""
        mine, theirs = _fields(old), _fields(new)
        for name, field in theirs.items():
            default = self._new.value(field.value, field.parent or new)
            if name not in mine:
                if default is None:
                    self.add(f"{where}.{name}", "added, and needed to make one", "major")
                continue
            was = self._old.value(mine[name].value, mine[name].parent or old)
            if was is not None and default is None:
                self.add(f"{where}.{name}", "is now required", "major")
            elif was != default:
                self.add(f"{where}.{name}", f"default was changed ({was} → {default})", "minor")

    def _attributes(self, old: griffe.Attribute, new: griffe.Attribute, where: str) -> None:
        was_alias, is_alias = self._old.annotations.is_alias(old), self._new.annotations.is_alias(new)
        mine, theirs = (
            release.annotations.read(each.value if alias else each.annotation, each.parent or each)
            for release, each, alias in ((self._old, old, was_alias), (self._new, new, is_alias))
        )
        if accepts(theirs, mine) and was_alias:
            self._widened(mine, theirs, where, "type")
        elif mine != UNKNOWN:
            exact = isinstance(old.parent, griffe.Class) and _is_record(old.parent)
            self._given(mine, theirs, where, "type", exact=exact or was_alias)
        self._follow(mine, theirs, where)

    def _functions(self, old: griffe.Function, new: griffe.Function, where: str) -> None:
        if ("async" in old.labels) != ("async" in new.labels):
            self.add(where, "is awaited no more" if "async" in old.labels else "has to be awaited", "major")
        mine, theirs = old.overloads or [old], new.overloads or [new]
        if len(mine) > len(theirs):
            self.add(where, "an overload was removed", "major")
        if len(mine) < len(theirs):
            self.add(where, "an overload was added", "minor")
        for before, after in zip(mine, theirs, strict=False):
            self._keywords(self._old.parameters(before), self._new.parameters(after), where, "parameter")
            returned = self._old.annotations.read(before.returns, before)
            returns = self._new.annotations.read(after.returns, after)
            if returned != UNKNOWN:
                self._given(returned, returns, where, "return type")
            self._follow(returned, returns, where)

    def _keywords(self, old: list[Parameter], new: list[Parameter], where: str, noun: str) -> None:
        before, after = {each.name: each for each in old}, {each.name: each for each in new}
        for name in sorted(before.keys() - after.keys()):
            self.add(where, f"{noun} was removed ({name})", "major")
        for name, parameter in after.items():
            if name in before:
                self._parameter(before[name], parameter, where, noun)
            elif parameter.is_required:
                self.add(where, f"{noun} was added and is required ({name})", "major")
            else:
                self.add(f"{where}({name})", "added", "minor")
        placed = [each.name for each in old if each.kind in _POSITIONAL and each.name in after]
        kept = [each.name for each in new if each.kind in _POSITIONAL][: len(placed)]
        if kept != placed and all(after[name].kind in _POSITIONAL for name in placed):
            self.add(where, f"positional {noun}s were moved ({', '.join(placed)})", "major")

    def _parameter(self, old: Parameter, new: Parameter, where: str, noun: str) -> None:
        if new.is_required and not old.is_required:
            self.add(where, f"{noun} is now required ({new.name})", "major")
        elif old.default != new.default and not old.is_required:
            self.add(where, f"{noun} default was changed ({new.name})", "minor")
        if old.kind in _POSITIONAL and new.kind not in _POSITIONAL:
            self.add(where, f"{noun} kind was changed ({new.name})", "major")
        if accepts(new.union, old.union):
            self._widened(old.union, new.union, where, f"type of {new.name}")
        elif old.union != UNKNOWN:
            self.add(where, f"type of {new.name} was {show(old.union)} and is {show(new.union)}", "major")
        self._follow(old.union, new.union, f"{where}({new.name})")

    def _widened(self, old: Union, new: Union, where: str, what: str) -> None:
        if not accepts(old, new):
            self.add(where, f"{what} was widened from {show(old)} to {show(new)}", "minor")

    def _given(self, old: Union, new: Union, where: str, what: str, *, exact: bool = False) -> None:
        """Compare the types of what users are given: a narrower one is an addition, unless `exact`."""
        if accepts(old, new) and accepts(new, old):
            return
        step: Step = "minor" if accepts(old, new) and new != UNKNOWN and not exact else "major"
        self.add(where, f"{what} was {show(old)} and is {show(new)}", step)

    def _follow(self, old: Union, new: Union, where: str) -> None:
        """Compare the private classes that an annotation leads to."""
        for before, after in zip(hidden_classes(old), hidden_classes(new), strict=False):
            self._member(before, after, where, open_class=False)

    def _is_internal(self, source: griffe.Class) -> bool:
        """Tell whether only we can make one, since its constructor asks for something private."""
        start = source.all_members.get("__init__")
        target = _target(start) if start is not None else None
        if not isinstance(target, griffe.Function):
            return False
        return any(
            each.is_required and any(True for _ in hidden_classes(each.union))
            for each in self._old.parameters(target)
        )


def compare_interfaces(old: Path, new: Path) -> list[Change]:
    """Return what changed between the packages below two folders, each public name once."""
    before, after = Release(old), Release(new)
    comparison = Comparison(before, after)
    for name, package in before.packages.items():
        if name in after.packages:
            comparison.modules(package, after.packages[name])
        else:
            comparison.add(name, "package removed", "major")
    return list(comparison.changes.values())


def _is_public(name: str, member: griffe.Object | griffe.Alias) -> bool:
    if name.startswith("__") and name.endswith("__"):
        # What a language construct calls; the rest of the dunder names describe the module or the class.
        return member.is_function and name not in {
            "__getattr__",
            "__dir__",
            "__repr__",
            "__del__",
            "__init_subclass__",
        }
    return not name.startswith("_") and member.is_public


def _target(member: griffe.Object | griffe.Alias) -> griffe.Object | None:
    """Follow an alias; None where it leads out of the packages."""
    try:
        return member.final_target if isinstance(member, griffe.Alias) else member
    except griffe.GriffeError:
        return None


def _mro(source: griffe.Class) -> list[griffe.Class]:
    try:
        return source.mro()
    except (ValueError, griffe.GriffeError):  # bases that cannot be put in an order
        return []


def _is_record(source: griffe.Class) -> bool:
    if any(
        str(base).rpartition(".")[2] == "NamedTuple"
        for each in (source, *_mro(source))
        for base in each.bases
    ):
        return True
    return any(each.callable_path.rpartition(".")[2] in _RECORDS for each in source.decorators)


def _fields(source: griffe.Class) -> dict[str, griffe.Attribute]:
    return {
        name: member
        for name, member in source.members.items()
        if isinstance(member, griffe.Attribute)
        and member.annotation is not None
        and not str(member.annotation).startswith(("ClassVar", "typing.ClassVar"))
        and "property" not in member.labels
    }
