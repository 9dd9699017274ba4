"""The packages of one release, as griffe reads their sources; nothing is imported."""

from pathlib import Path
from typing import NamedTuple, cast

import griffe

from tools.release.interface.annotations import PUBLIC, UNKNOWN, Union, find, hidden_classes, is_alias, read

Members = dict[str, griffe.Object]

PACKAGES = {"egp": "src", "egp_api": "generated"}

_RECORDS = ("define", "frozen", "mutable", "attrs", "dataclass", "attr.s")
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


def load(root: Path) -> Members:
    """Read the packages of a release."""
    held = [name for name, top in PACKAGES.items() if (root / top / name / "__init__.py").is_file()]
    paths = [root / PACKAGES[name] for name in held]
    loader = griffe.GriffeLoader(search_paths=paths, allow_inspection=False)
    packages = {name: cast(griffe.Module, loader.load(name)) for name in held}
    loader.resolve_aliases(implicit=True, external=False)
    for package in packages.values():
        _label_public(package)
    return dict(packages)


def _label_public(module: griffe.Module) -> None:
    for member in members(module).values():
        if isinstance(member, griffe.Module):
            _label_public(member)
        elif isinstance(member, griffe.Class):
            member.labels.add(PUBLIC)


def members(parent: griffe.Object) -> Members:
    """Return the public members of a module or a class by name, inherited ones too, imports followed."""
    held = parent.all_members if parent.is_class else parent.members
    targets = {name: _target(member) for name, member in held.items() if _is_public(name, member)}
    return {
        name: target
        for name, target in targets.items()
        if target is not None and not (target.is_module and held[name].is_alias)
    }


def ancestors(source: griffe.Class) -> set[str]:
    """Return the classes that an instance is also one of: those with a public name, and foreign ones."""
    bases = UNKNOWN.union(*(read(base, each) for each in _lineage(source) for base in each.bases))
    return {part.name for part in bases if not part.is_hidden} - {"object", "Generic", "Protocol", "ABC"}


def keywords(source: griffe.Class) -> list[Parameter]:
    """Return the keys of a typed dictionary."""
    found: dict[str, Parameter] = {}
    for each in reversed(_lineage(source)):
        total = str(each.keywords.get("total", "True")) != "False"
        for name, member in _annotated(each).items():
            outer = str(member.annotation).partition("[")[0].rpartition(".")[2]
            required = outer == "Required" or (total and outer != "NotRequired")
            union = read(member.annotation, each)
            found[name] = Parameter(name, "keyword-only", None if required else "...", union)
    return list(found.values())


def fields(source: griffe.Class) -> list[Parameter]:
    """Return the fields that make a record's constructor."""
    return [
        Parameter(name, "keyword-only", _value(each.value, source), read(each.annotation, source))
        for name, each in _annotated(source).items()
        if "property" not in each.labels
        and not str(each.annotation).startswith(("ClassVar", "typing.ClassVar"))
    ]


def parameters(function: griffe.Function) -> list[Parameter]:
    """Return the parameters as a caller sees them, `**keywords: Unpack[…]` one by one."""
    found: list[Parameter] = []
    for number, each in enumerate(function.parameters):
        kind = each.kind.value if each.kind else ""
        if number == 0 and each.name in {"self", "cls"}:
            continue
        union = read(each.annotation, function)
        unpacked = next((part for part in union if part.name == "Unpack"), None)
        if unpacked and (source := next(iter(unpacked.arguments[0])).source):
            found += keywords(source)
        else:
            name = f"#{number}" if kind == "positional-only" else each.name
            found.append(Parameter(name, kind, _value(each.default, function), union))
    return found


def type_of(member: griffe.Attribute) -> Union:
    """Return the type of an attribute, or that which it is another name for."""
    return read(member.value if is_alias(member) else member.annotation, member.parent or member)


def _value(value: str | griffe.Expr | None, scope: griffe.Object) -> str | None:
    """Return a default as text, a named constant by what it is."""
    if isinstance(value, griffe.ExprName | griffe.ExprAttribute):
        target = find(value.canonical_path, scope)
        if isinstance(target, griffe.Attribute) and target.value is not None:
            simple = str(target.value)
            return str(value).rpartition(".")[2] if simple.endswith(")") else simple
    return None if value is None else str(value)


def is_internal(start: griffe.Object | None) -> bool:
    """Tell whether only we can call a constructor, since it asks for something private."""
    return isinstance(start, griffe.Function) and any(
        each.is_required and any(True for _ in hidden_classes(each.union)) for each in parameters(start)
    )


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


def is_record(source: griffe.Class) -> bool:
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
