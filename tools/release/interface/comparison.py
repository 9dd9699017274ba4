"""The public names of two releases, compared as callers and type checkers see them.

Both packages are walked side by side, from their public modules through every re-export, base class,
annotation and typed dictionary. So it makes no difference where a name lives or how its annotation is spelt,
and a private class counts as soon as a public name leads to it.
"""

from pathlib import Path

import griffe

from tools.release.interface import sources
from tools.release.interface.annotations import UNKNOWN, Union, accepts, hidden_classes, is_alias, read, show
from tools.release.interface.sources import Members, Parameter
from tools.release.version import Change
from tools.steps import Step

# Its interface is its command line (words.py).
_COMMANDS = "egp.cli"


class Comparison:
    """What changed from one release to the next, found by walking both side by side."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()
        self.changes: dict[str, Change] = {}

    def members(self, before: Members, after: Members, where: str = "") -> None:
        """Compare what is below two objects, by name, and all that it leads to."""
        named = {name: f"{where}.{name}".lstrip(".") for name in {*before, *after}}
        unnamed = {"__init__"}  # every class has one
        for name in sorted(before.keys() - after.keys() - unnamed):
            self._add(named[name], "removed", "major")
        for name in sorted(after.keys() - before.keys() - unnamed):
            self._add(named[name], "added", "minor")
        for name in sorted(before.keys() & after.keys()):
            self._member(before[name], after[name], named[name])

    def _add(self, where: str, what: str, step: Step) -> None:
        self.changes.setdefault(f"{where} {what}", Change("api", what, where, step))

    def _member(self, old: griffe.Object, new: griffe.Object, where: str, *, open_class: bool = True) -> None:
        # A class is compared once, wherever it is met; a function of a mixin once for each class.
        key = (old.path, new.path) if old.is_class or old.is_module else (where, "")
        if key in self._seen or old.path == _COMMANDS:
            return
        self._seen.add(key)
        match old, new:
            case griffe.Module(), griffe.Module():
                self.members(sources.members(old), sources.members(new), where)
            case griffe.Class(), griffe.Class():
                self._classes(old, new, where, open_class=open_class)
            case griffe.Function(), griffe.Function():
                self._functions(old, new, where)
            case griffe.Attribute(), griffe.Attribute():
                self._attributes(old, new, where)
            case _:
                self._add(where, f"is no {old.kind.value} any more but a {new.kind.value}", "major")

    def _classes(self, old: griffe.Class, new: griffe.Class, where: str, *, open_class: bool) -> None:
        before, after = sources.ancestors(old), sources.ancestors(new)
        for name in sorted(before - after):
            self._add(where, f"base class was removed ({name.rpartition('.')[2]})", "major")
        if sources.is_record(old) and sources.is_record(new):
            noun = "key" if "TypedDict" in before else "field"
            self._parameters(sources.fields(old), sources.fields(new), where, noun)
        if "TypedDict" in before & after:
            return
        if "_missing_" in old.all_members and "_missing_" not in new.all_members:
            self._add(where, "is closed: unknown values are refused", "major")
        mine = sources.members(old)
        if not open_class or sources.is_internal(mine.get("__init__")):
            mine.pop("__init__", None)
        self.members(mine, sources.members(new), where)

    def _attributes(self, old: griffe.Attribute, new: griffe.Attribute, where: str) -> None:
        alias = is_alias(old)
        record = isinstance(old.parent, griffe.Class) and sources.is_record(old.parent)
        mine, theirs = map(sources.type_of, (old, new))
        self._types(mine, theirs, where, "type", taken=alias or record, given=not alias)

    def _functions(self, old: griffe.Function, new: griffe.Function, where: str) -> None:
        if ("async" in old.labels) != ("async" in new.labels):
            self._add(where, "is awaited no more" if "async" in old.labels else "has to be awaited", "major")
        mine, theirs = old.overloads or [old], new.overloads or [new]
        if len(mine) > len(theirs):
            self._add(where, "an overload was removed", "major")
        if len(mine) < len(theirs):
            self._add(where, "an overload was added", "minor")
        for before, after in zip(mine, theirs, strict=False):
            self._parameters(sources.parameters(before), sources.parameters(after), where, "parameter")
            returned, returns = read(before.returns, before), read(after.returns, after)
            self._types(returned, returns, where, "return type", given=True)

    def _parameters(self, old: list[Parameter], new: list[Parameter], where: str, noun: str) -> None:
        before, after = {each.name: each for each in old}, {each.name: each for each in new}
        for name in sorted(before.keys() - after.keys()):
            self._add(where, f"{noun} was removed ({name})", "major")
        for name, parameter in after.items():
            if name in before:
                self._parameter(before[name], parameter, where, noun)
            elif parameter.default is None:
                self._add(where, f"{noun} was added and is required ({name})", "major")
            else:
                self._add(f"{where}({name})", "added", "minor")

    def _parameter(self, old: Parameter, new: Parameter, where: str, noun: str) -> None:
        if old.default is not None and new.default is None:
            self._add(where, f"{noun} is now required ({new.name})", "major")
        elif old.default is not None and old.default != new.default:
            self._add(where, f"{noun} default was changed ({new.name})", "minor")
        if old.position is not None and new.position != old.position:
            how = "made keyword-only" if new.position is None else "moved"
            self._add(where, f"{noun} was {how} ({new.name})", "major")
        self._types(old.union, new.union, where, f"type of {new.name}", taken=True)

    def _types(
        self, old: Union, new: Union, where: str, what: str, *, taken: bool = False, given: bool = False
    ) -> None:
        """Compare types that users give or are given, and the private classes in them."""
        narrower, wider = not accepts(new, old), not accepts(old, new)
        if old != UNKNOWN and (narrower or wider):
            broken = (narrower and taken) or (wider and given)
            said = f"{what} was {show(old)} and is {show(new)}"
            self._add(where, said, "major" if broken else "minor")
        for before, after in zip(hidden_classes(old), hidden_classes(new), strict=False):
            self._member(before, after, where, open_class=False)


def compare_interfaces(old: Path, new: Path) -> list[Change]:
    """Return what changed between the packages below two folders, each public name once."""
    comparison = Comparison()
    comparison.members(sources.load(old), sources.load(new))
    return list(comparison.changes.values())
