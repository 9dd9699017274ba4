"""The packages of one release, as griffe reads their sources; nothing is imported."""

from pathlib import Path
from typing import NamedTuple, cast

import griffe

from tools.release.interface.annotations import PUBLIC, UNKNOWN, Union, find, hidden_classes, is_alias, read

Members = dict[str, griffe.Object]

PACKAGES = {"egp": "src", "egp_api": "generated"}

_POSITIONAL = {griffe.ParameterKind.positional_only, griffe.ParameterKind.positional_or_keyword}
# Decorators and base classes whose annotations are what a caller gives.
_RECORDS = {"define", "frozen", "mutable", "attrs", "dataclass", "NamedTuple", "TypedDict"}
# Python itself asks for them; no program does by their names.
_SILENT = {"__getattr__", "__dir__", "__repr__", "__del__", "__init_subclass__"}


class Parameter(NamedTuple):
    """What a caller may give: a parameter, a key of a typed dictionary, or a field of a record."""

    name: str
    default: str | None  # None where a call without it fails
    union: Union
    position: int | None = None  # None where it is not given by position


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


def fields(source: griffe.Class) -> list[Parameter]:
    """Return the keys of a typed dictionary, inherited ones too, or what a record's constructor is given."""
    found: dict[str, Parameter] = {}
    is_dictionary = "TypedDict" in ancestors(source)
    for each in reversed(_lineage(source)) if is_dictionary else [source]:
        total = str(each.keywords.get("total", "True")) != "False"
        for name, member in each.members.items():
            if not isinstance(member, griffe.Attribute) or member.annotation is None:
                continue
            outer = str(member.annotation).partition("[")[0].rpartition(".")[2]
            if "property" in member.labels or outer == "ClassVar":
                continue
            default = _value(member.value, source)
            if is_dictionary and outer != "Required" and (not total or outer == "NotRequired"):
                default = "..."
            found[name] = Parameter(name, default, read(member.annotation, each))
    return list(found.values())


def parameters(function: griffe.Function) -> list[Parameter]:
    """Return the parameters as a caller sees them, `**keywords: Unpack[…]` one by one."""
    found: list[Parameter] = []
    for number, each in enumerate(function.parameters):
        if number == 0 and each.name in {"self", "cls"}:
            continue
        kind, union = each.kind, read(each.annotation, function)
        unpacked = next((part for part in union if part.name == "Unpack"), None)
        if unpacked and (source := next(iter(unpacked.arguments[0])).source):
            found += fields(source)
        else:
            name = f"#{number}" if kind is griffe.ParameterKind.positional_only else each.name
            position = number if kind in _POSITIONAL else None
            found.append(Parameter(name, _value(each.default, function), union, position))
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
        each.default is None and any(hidden_classes(each.union)) for each in parameters(start)
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
    made = {each.callable_path.rpartition(".")[2] for each in source.decorators}
    return not _RECORDS.isdisjoint(made | ancestors(source))
