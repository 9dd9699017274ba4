"""Expressions that turn received JSON into the package's types, for the templates.

Every expression is total: it raises for no value that JSON can hold, and gives back as received what does not
fit. No imports, no closures and no casts: an expression runs once per value of an answer.
"""

from collections.abc import Iterable, Sequence

from tools.compiler import kinds
from tools.compiler.kinds import Model, Models, Property
from tools.compiler.literals import literal, text
from tools.compiler.unions import Tag, find_tag, tag_values

# In the order in which they are tried where a union has several: a date-time would take a date, too.
_PARSERS: dict[type[Property], str] = {
    kinds.Uuid: "parse_uuid",
    kinds.Date: "parse_date",
    kinds.DateTime: "parse_datetime",
}


def decode(prop: Property, source: str, models: Models) -> str:
    """Return an expression for `prop` as received in the variable `source`; just that if it needs nothing."""
    return _decode(list(kinds.flatten(prop)), source, models, depth=0)


def _decode(members: Sequence[Property], source: str, models: Models, depth: int) -> str:
    otherwise = source
    for kind, parser in _PARSERS.items():
        if any(type(member) is kind for member in members):
            otherwise = f"{parser}({otherwise})"
    branches = _objects(members, source, models, depth) + _arrays(members, source, models, depth)
    return " else ".join([*branches, otherwise])


def _arrays(members: Sequence[Property], source: str, models: Models, depth: int) -> list[str]:
    inner = list(kinds.items_of(*members))
    if not inner:
        return []
    item = "ijklmnop"[depth % 8] + "i" * (depth // 8)
    expression = _decode(inner, item, models, depth + 1)
    if expression == item:
        return []
    made = f"[{expression} for {item} in {source}]"
    if sum(isinstance(member, kinds.List) for member in members) > 1:
        made = f"untyped({made})"  # no type checker sees that it is one of several lists
    return [f"{made} if {source}.__class__ is list"]


def _objects(members: Sequence[Property], source: str, models: Models, depth: int) -> list[str]:
    candidates = [models[member.class_info.name] for member in members if isinstance(member, Model)]
    if not candidates:
        return []
    if len(candidates) == 1 and not any(isinstance(member, kinds.Any) for member in members):
        return [f"{_build(candidates[0], source)} if {_is_object(source)}"]
    tag = find_tag(candidates) if len(candidates) > 1 else None
    return _by_tag(tag, source, f"t{depth}") if tag else _by_keys(candidates, source)


def _build(model: Model, source: str) -> str:
    return f"{model.class_info.name}.from_dict({source})"


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
        values = [(text(field.name), tag_values(field)) for field in kinds.fields(member)]
        other = [text(field.name) for field in kinds.fields(member) if not field.required]
        keys = ", ".join(_tuple(map(literal, names)) for names in (_required(member), other))
        constants = [f"({literal(key)}, {literal(one[0])})" for key, one in values if len(one) == 1]
        members.append(f"({member.class_info.name}, {keys}, {_tuple(constants)})")
    return [f"choose({source}, {', '.join(members)}) if {_is_object(source)}"]


def _tuple(items: Iterable[str]) -> str:
    return "(" + "".join(f"{item}, " for item in items) + ")"


def _required(model: Model) -> list[str]:
    return [text(field.name) for field in kinds.fields(model) if field.required]
