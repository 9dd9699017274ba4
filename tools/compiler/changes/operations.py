"""Compares the functions of the generated operations."""

from collections.abc import Iterator, Mapping

import attrs

from tools.compiler.changes.parts import compare_part, compare_parts
from tools.compiler.changes.report import Change
from tools.compiler.changes.surface import ANYONE, PLACEHOLDER, Alternative, Definition, Key, Operation, Part
from tools.compiler.kinds import model_of
from tools.compiler.media import STREAM_SWITCH, is_json


def compare_operation(old: Operation, new: Operation) -> Iterator[Change]:
    """Yield what differs in an operation itself, and in what it takes and answers."""
    where = new.name
    yield from _compare_paths(where, old.path, new.path)
    yield from _compare_security(where, old.security, new.security)
    moved = _moved_parameters(old, new)
    for place, now in moved.items():
        label = new.parts[now].label
        yield Change("parameter-moved", f"{where}{label}", before=f"in {place[0]}", after=f"in {now[0]}")
    at_new_places = {
        moved.get(key, key): _without(part, "serialization-changed") if key in moved else part
        for key, part in old.parts.items()
    }
    yield from compare_part(where, attrs.evolve(old, parts=at_new_places), new)


def compare_keywords(
    old: Operation, new: Operation, before: Mapping[str, Definition], after: Mapping[str, Definition]
) -> Iterator[Change]:
    """Yield what differs in the keywords that a wrapper of the operation takes.

    Those of an operation without a body are its query parameters, which are compared as such. The stream
    switch is no keyword of an operation that streams, whether it did so before or does so now.
    """
    given, taken = _keywords(old, before), _keywords(new, after) or {}
    if given is None or not (old.having("body") or new.having("body")):
        return
    if old.streams or new.streams:
        given.pop((STREAM_SWITCH,), None)
        taken.pop((STREAM_SWITCH,), None)
    yield from compare_parts(new.name, given, taken)


def _keywords(operation: Operation, definitions: Mapping[str, Definition]) -> dict[Key, Part] | None:
    """Return the fields of a JSON object that is sent, or the query parameters where nothing is sent.

    None for an operation that sends something else.
    """
    values: Mapping[Key, Part] = {key: part for key, part in operation.parts.items() if key[0] == "query"}
    for body in operation.having("body").values():
        sent = [part.shape for part in body.parts.values() if part.shape and is_json(part.name)]
        models = [model for shape in sent if (model := model_of(tuple(shape)))]
        if not models:
            return None
        values = {key: part for key, part in definitions[models[0]].parts.items() if len(key) == 1}
    return {
        key[-1:]: attrs.evolve(
            _without(part, "serialization-changed"),
            noun="keyword",
            notes={note: said for note, said in part.notes.items() if note == "deprecated"},
        )
        for key, part in values.items()
    }


def _without(part: Part, fact: str) -> Part:
    return attrs.evolve(part, facts={key: said for key, said in part.facts.items() if key != fact})


def _moved_parameters(old: Operation, new: Operation) -> dict[Key, Key]:
    """Return where parameters are now that were elsewhere."""
    before, after = old.having("parameter"), new.having("parameter")
    come = {key[1]: key for key in after if key not in before}
    return {key: come.pop(key[1]) for key in before if key not in after and key[1] in come}


def _compare_paths(where: str, old: str, new: str) -> Iterator[Change]:
    """Yield another path, and another order of its parameters. Their names are compared as parameters."""
    if PLACEHOLDER.sub("{}", old) != PLACEHOLDER.sub("{}", new):
        yield Change("operation-path-changed", where, before=old, after=new)
    before, after = PLACEHOLDER.findall(old), PLACEHOLDER.findall(new)
    if [name for name in before if name in after] != [name for name in after if name in before]:
        yield Change("path-parameters-reordered", where, before=", ".join(before), after=", ".join(after))


def _compare_security(
    where: str, old: frozenset[Alternative], new: frozenset[Alternative]
) -> Iterator[Change]:
    """Yield what differs between two sets of ways to call an operation."""
    added = frozenset(asked for asked in new if not any(_satisfies(given, asked) for given in old))
    if not all(any(_satisfies(given, asked) for asked in new) for given in old):
        kind = "security-added" if old == ANYONE else "security-changed"
        yield Change(kind, where, before=_describe(old), after=_describe(new))
    elif added:
        yield Change("security-alternative-added", where, after=_describe(added))
    elif old != new:
        yield Change("security-removed", where, before=_describe(old), after=_describe(new))


def _satisfies(given: Alternative, asked: Alternative) -> bool:
    """Whether a caller with the credentials `given` has all that is `asked`."""
    return all(any(mine == demand and scopes <= had for mine, had in given) for demand, scopes in asked)


def _describe(alternatives: frozenset[Alternative]) -> str:
    """Return ways to call an operation in words."""
    ways = (
        sorted(demand + (f" ({', '.join(sorted(scopes))})" if scopes else "") for demand, scopes in each)
        for each in alternatives
    )
    return " or ".join(sorted(" and ".join(way) or "nothing" for way in ways))
