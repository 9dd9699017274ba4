"""The public names of two releases, compared as callers and type checkers see them.

griffe reads the sources; it imports nothing. Both packages are walked side by side, from their public modules
through every re-export, base class, annotation and typed dictionary. So it makes no difference where a name
lives or how its annotation is spelt, and a private class counts as soon as a public name leads to it.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, cast

import griffe

from tools.release.interface.annotations import (
    UNKNOWN,
    Annotations,
    Union,
    accepts,
    hidden_classes,
    is_alias,
    show,
)
from tools.release.semver import Change
from tools.release.version import Step

PACKAGES = {"egp": "src", "egp_api": "generated"}

# Its interface is its command line (command_line.py).
_COMMANDS = "egp.cli"
_RECORDS = ("define", "frozen", "mutable", "attrs", "dataclass", "attr.s")
_POSITIONAL = ("positional-only", "positional or keyword")
# Python itself asks for them; no program does by their names.
_SILENT = {"__getattr__", "__dir__", "__repr__", "__del__", "__init_subclass__"}


class Parameter(NamedTuple):
    """What a caller may give: a parameter, a key of a typed dictionary, or a field of a record."""

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
        held = [name for name, top in PACKAGES.items() if (root / top / name / "__init__.py").is_file()]
        paths = [root / PACKAGES[name] for name in held]
        loader = griffe.GriffeLoader(search_paths=paths, allow_inspection=False)
        self.packages = {name: cast(griffe.Module, loader.load(name)) for name in held}
        loader.resolve_aliases(implicit=True, external=False)
        self._public: set[str] = set()
        self._annotations = Annotations(loader.modules_collection, self._public)
        self.read = self._annotations.read
        for module in self.packages.values():
            self._find_public(module)

    def members(self, parent: griffe.Object) -> dict[str, griffe.Object]:
        """Return the public members of a module or a class by name, inherited ones too, imports followed."""
        held = parent.all_members if parent.is_class else parent.members
        targets = {name: _target(member) for name, member in held.items() if _is_public(name, member)}
        return {
            name: target
            for name, target in targets.items()
            if target is not None and not (target.is_module and held[name].is_alias)
        }

    def ancestors(self, source: griffe.Class) -> set[str]:
        """Return the classes that an instance is also one of: those with a public name, and foreign ones."""
        bases = UNKNOWN.union(*(self.read(base, each) for each in _lineage(source) for base in each.bases))
        return {part.name for part in bases if not part.is_hidden} - {"object", "Generic", "Protocol", "ABC"}

    def keywords(self, source: griffe.Class) -> list[Parameter]:
        """Return the keys of a typed dictionary."""
        found: dict[str, Parameter] = {}
        for each in reversed(_lineage(source)):
            total = str(each.keywords.get("total", "True")) != "False"
            for name, member in _annotated(each).items():
                outer = str(member.annotation).partition("[")[0].rpartition(".")[2]
                required = outer == "Required" or (total and outer != "NotRequired")
                union = self.read(member.annotation, each)
                found[name] = Parameter(name, "keyword-only", None if required else "...", union)
        return list(found.values())

    def fields(self, source: griffe.Class) -> list[Parameter]:
        """Return the fields that make a record's constructor."""
        return [
            Parameter(name, "keyword-only", self._value(each.value), self.read(each.annotation, source))
            for name, each in _annotated(source).items()
            if "property" not in each.labels
            and not str(each.annotation).startswith(("ClassVar", "typing.ClassVar"))
        ]

    def parameters(self, function: griffe.Function) -> list[Parameter]:
        """Return the parameters as a caller sees them, `**keywords: Unpack[…]` one by one."""
        found: list[Parameter] = []
        for number, each in enumerate(function.parameters):
            kind = each.kind.value if each.kind else ""
            if number == 0 and each.name in {"self", "cls"}:
                continue
            union = self.read(each.annotation, function)
            unpacked = next((part for part in union if part.name == "Unpack"), None)
            if unpacked and (source := next(iter(unpacked.arguments[0])).source):
                found += self.keywords(source)
            else:
                name = f"#{number}" if kind == "positional-only" else each.name
                found.append(Parameter(name, kind, self._value(each.default), union))
        return found

    def _value(self, value: str | griffe.Expr | None) -> str | None:
        """Return a default as text, a named constant by what it is."""
        if isinstance(value, griffe.ExprName | griffe.ExprAttribute):
            target = self._annotations.find(value.canonical_path)
            if isinstance(target, griffe.Attribute) and target.value is not None:
                simple = str(target.value)
                return str(value).rpartition(".")[2] if simple.endswith(")") else simple
        return None if value is None else str(value)

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
        if old.path != _COMMANDS:
            self._members(self._old.members(old), self._new.members(new), old.path)

    def add(self, where: str, what: str, step: Step) -> None:
        """Note one change."""
        self.changes.setdefault(f"{where} {what}", Change("api", what, where, step))

    def _names(self, before: Iterable[str], after: Iterable[str], where: str) -> None:
        for name in sorted(set(before) - set(after)):
            self.add(f"{where}.{name}", "removed", "major")
        for name in sorted(set(after) - set(before)):
            self.add(f"{where}.{name}", "added", "minor")

    def _members(self, before: dict[str, griffe.Object], after: dict[str, griffe.Object], where: str) -> None:
        unnamed = {"__init__"}  # every class has one
        self._names(before.keys() - unnamed, after.keys() - unnamed, where)
        for name in sorted(before.keys() & after.keys()):
            self._member(before[name], after[name], f"{where}.{name}")

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
            self._parameters(self._old.keywords(old), self._new.keywords(new), where, "key")
            return
        if "_missing_" in old.all_members and "_missing_" not in new.all_members:
            self.add(where, "is closed: unknown values are refused", "major")
        mine, theirs = self._old.members(old), self._new.members(new)
        if not open_class or self._is_internal(mine.get("__init__")):
            mine.pop("__init__", None)
        self._members(mine, theirs, where)
        if _is_record(old) and _is_record(new):
            self._parameters(self._old.fields(old), self._new.fields(new), where, "field")

    def _attributes(self, old: griffe.Attribute, new: griffe.Attribute, where: str) -> None:
        alias = is_alias(old)
        record = isinstance(old.parent, griffe.Class) and _is_record(old.parent)
        mine = self._old.read(old.value if alias else old.annotation, old.parent or old)
        theirs = self._new.read(new.value if is_alias(new) else new.annotation, new.parent or new)
        self._types(mine, theirs, where, "type", taken=alias or record, given=not alias)

    def _functions(self, old: griffe.Function, new: griffe.Function, where: str) -> None:
        if ("async" in old.labels) != ("async" in new.labels):
            self.add(where, "is awaited no more" if "async" in old.labels else "has to be awaited", "major")
        mine, theirs = old.overloads or [old], new.overloads or [new]
        if len(mine) > len(theirs):
            self.add(where, "an overload was removed", "major")
        if len(mine) < len(theirs):
            self.add(where, "an overload was added", "minor")
        for before, after in zip(mine, theirs, strict=False):
            self._parameters(self._old.parameters(before), self._new.parameters(after), where, "parameter")
            returned = self._old.read(before.returns, before)
            returns = self._new.read(after.returns, after)
            self._types(returned, returns, where, "return type", given=True)

    def _parameters(self, old: list[Parameter], new: list[Parameter], where: str, noun: str) -> None:
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
        self._types(old.union, new.union, where, f"type of {new.name}", taken=True)

    def _types(
        self, old: Union, new: Union, where: str, what: str, *, taken: bool = False, given: bool = False
    ) -> None:
        """Compare types that users give or are given, and the private classes in them."""
        narrower, wider = not accepts(new, old), not accepts(old, new)
        if old != UNKNOWN and (narrower or wider):
            broken = (narrower and taken) or (wider and given)
            said = f"{what} was {show(old)} and is {show(new)}"
            self.add(where, said, "major" if broken else "minor")
        for before, after in zip(hidden_classes(old), hidden_classes(new), strict=False):
            self._member(before, after, where, open_class=False)

    def _is_internal(self, start: griffe.Object | None) -> bool:
        """Tell whether only we can call a constructor, since it asks for something private."""
        return isinstance(start, griffe.Function) and any(
            each.is_required and any(True for _ in hidden_classes(each.union))
            for each in self._old.parameters(start)
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
        return member.is_function and name not in _SILENT
    return not name.startswith("_") and member.is_public


def _target(member: griffe.Object | griffe.Alias) -> griffe.Object | None:
    """Follow an alias; None where it leads out of the packages."""
    try:
        return member.final_target if isinstance(member, griffe.Alias) else member
    except griffe.GriffeError:
        return None


def _lineage(source: griffe.Class) -> list[griffe.Class]:
    """Return a class and its bases, as far as they can be put in an order."""
    try:
        return [source, *source.mro()]
    except (ValueError, griffe.GriffeError):
        return [source]


def _is_record(source: griffe.Class) -> bool:
    bases = {str(base).rpartition(".")[2] for each in _lineage(source) for base in each.bases}
    made = {each.callable_path.rpartition(".")[2] for each in source.decorators}
    return "NamedTuple" in bases or not made.isdisjoint(_RECORDS)


def _annotated(source: griffe.Class) -> dict[str, griffe.Attribute]:
    """Return the attributes that a class itself annotates."""
    return {
        name: each
        for name, each in source.members.items()
        if isinstance(each, griffe.Attribute) and each.annotation is not None
    }
