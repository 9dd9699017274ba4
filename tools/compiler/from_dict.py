"""Expressions that turn received JSON into the package's types, for the templates.

Every expression is total: it raises for no value that JSON can hold, and gives back as received what does not
fit. No imports, no closures and no casts: an expression runs once per value of an answer.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from tools.compiler.classes import Model, Models
from tools.compiler.kinds import Type, items_of
from tools.compiler.literals import literal
from tools.compiler.unions import Tag, find_tag

# In the order in which they are tried where a union has several: a date-time would take a date, too.
_PARSERS = {"uuid": "parse_uuid", "date": "parse_date", "date-time": "parse_datetime"}

_CALLED = re.compile(r"\b(?:parse_(?:datetime|date|uuid)|choose|untyped)\b(?=\()")


def decoders(*expressions: str) -> Mapping[str, Sequence[str]]:
    """Return the functions of the package that `expressions` call, by their module."""
    called = sorted({name for expression in expressions for name in _CALLED.findall(expression)})
    dates = [name for name in called if name.startswith("parse_")]
    by_module = {"dates": dates, "unions": [name for name in called if name not in dates]}
    return {module: names for module, names in by_module.items() if names}


def decode(allowed: Type, source: str, models: Models, depth: int = 0) -> str:
    """Return an expression for what came in the variable `source`; just that if it needs nothing.

    `depth` is the number of arrays around it.
    """
    otherwise = source
    for kind, parser in _PARSERS.items():
        if any(each.name == kind for each in allowed):
            otherwise = f"{parser}({otherwise})"
    branches = _objects(allowed, source, models, depth) + _arrays(allowed, source, models, depth)
    return " else ".join([*branches, otherwise])


def _arrays(allowed: Type, source: str, models: Models, depth: int) -> list[str]:
    inner = items_of(allowed)
    item = "ijklmnop"[depth % 8] + "i" * (depth // 8)
    expression = decode(inner, item, models, depth + 1) if inner else item
    if expression == item:
        return []
    made = f"[{expression} for {item} in {source}]"
    if sum(kind.name == "array" for kind in allowed) > 1:
        made = f"untyped({made})"  # no type checker sees that it is one of several lists
    return [f"{made} if {source}.__class__ is list"]


def _objects(allowed: Type, source: str, models: Models, depth: int) -> list[str]:
    candidates = [models[kind.value] for kind in allowed if kind.name == "model"]
    if not candidates:
        return []
    if len(candidates) == 1 and all(kind.name != "any" for kind in allowed):
        return [f"{_build(candidates[0], source)} if {_is_object(source)}"]
    tag = find_tag(candidates) if len(candidates) > 1 else None
    return _by_tag(tag, source, f"t{depth}") if tag else _by_keys(candidates, source)


def _build(model: Model, source: str) -> str:
    return f"{model.name}.from_dict({source})"


def _is_object(source: str) -> str:
    # Not `type(…) is dict`: type checkers would take the values from there on for unknown.
    return f"{source}.__class__ is dict"


def _by_tag(tag: Tag, source: str, variable: str) -> list[str]:
    """Let the tag decide. Where it is absent or null, the first member does whose required keys are there.

    What is left is an object of a kind that the document does not know.
    """
    branches: list[str] = []
    fetch = f"({variable} := {source}.get({literal(tag.name)}) if {_is_object(source)} else UNSET)"
    for member, values in tag.values:
        value = literal(values[0]) if len(values) == 1 else f"({', '.join(map(literal, values))})"
        branches.append(f"{_build(member, source)} if {fetch} {'==' if len(values) == 1 else 'in'} {value}")
        fetch = variable
    for member, _ in tag.values:
        keys = [f"{literal(key)} in {source}" for key in _required(member) if key != tag.name]
        if keys:
            branches.append(f"{_build(member, source)} if {variable} is None and {' and '.join(keys)}")
    last = _build(tag.other, source) if tag.other else f"other_object({source})"
    branches.append(f"{last} if {variable} is not UNSET")
    return branches


def _by_keys(candidates: Sequence[Model], source: str) -> list[str]:
    """Return the member that knows the most keys, among those whose required keys and constants fit."""
    members = []
    for member in candidates:
        other = [field.name for field in member.fields if not field.required]
        keys = ", ".join(_tuple(map(literal, names)) for names in (_required(member), other))
        fixed = [(field.name, field.values[0]) for field in member.fields if len(field.values) == 1]
        constants = [f"({literal(key)}, {literal(value)})" for key, value in fixed]
        members.append(f"({member.name}, {keys}, {_tuple(constants)})")
    return [f"choose({source}, {', '.join(members)}) if {_is_object(source)}"]


def _tuple(items: Iterable[str]) -> str:
    return "(" + "".join(f"{item}, " for item in items) + ")"


def _required(model: Model) -> list[str]:
    return [field.name for field in model.fields if field.required]
