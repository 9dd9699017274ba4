"""Compares parts of what users see, whatever they are; finds those that have only changed their names."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

from tools.compiler.changes.report import Change
from tools.compiler.changes.shape import ANY, Direction, Shape, describe, shape_of, verdict
from tools.compiler.changes.surface import CONSTRAINTS, PROSE, WAYS, Part, Surface

_Key = TypeVar("_Key", bound=Sequence[str])
Directions = frozenset[Direction]


def compare_parts(
    where: str, old: Mapping[_Key, Part], new: Mapping[_Key, Part], directions: Directions = frozenset()
) -> Iterator[Change]:
    """Yield what differs between the parts of one thing, which is called `where`, and what went and came."""
    yield from compare_presence(where, old, new, directions)
    for key in old.keys() & new.keys():
        ways = WAYS.get(new[key].noun, directions)
        yield from compare_part(f"{where}{new[key].label}", old[key], new[key], ways)


def compare_presence(
    where: str, old: Mapping[_Key, Part], new: Mapping[_Key, Part], directions: Directions = frozenset()
) -> Iterator[Change]:
    """Yield which parts went and which came."""
    gone = {key: part for key, part in old.items() if key not in new}
    come = {key: part for key, part in new.items() if key not in old}
    for key, part in gone.items():
        now = _renamed_part(key, gone, come)
        detail = f"now {now}" if now else None
        yield Change(f"{part.noun}-removed", f"{where}{part.place}", detail, before=part.told)
    for part in come.values():
        demanded = "required-" if part.required and "request" in WAYS.get(part.noun, directions) else ""
        yield Change(f"{demanded}{part.noun}-added", f"{where}{part.place}", part.call, after=part.told)


def compare_part(where: str, old: Part, new: Part, directions: Directions = frozenset()) -> Iterator[Change]:
    """Yield what differs in a thing that travels in these directions, and in its parts."""
    for fact in old.facts.keys() & new.facts.keys():
        if old.facts[fact] != new.facts[fact]:
            yield Change(f"{new.noun}-{fact}", where, before=old.facts[fact], after=new.facts[fact])
    if old.shape is not None and new.shape is not None:
        yield from _compare_shapes(where, new.noun, old.shape, new.shape, directions)
    if old.required != new.required:
        for noun in _nouns(new.noun, directions):
            yield Change(f"{noun}-made-{'required' if new.required else 'optional'}", where)
    yield from _compare_notes(where, new.noun, old.notes, new.notes, retyped=old.shape != new.shape)
    yield from compare_parts(where, old.parts, new.parts, directions)


def _compare_shapes(
    where: str, noun: str, old: Shape, new: Shape, directions: Directions
) -> Iterator[Change]:
    for direction in directions:
        # A closed object still hands out the fields that come, as it did before.
        before, after = (old or ANY, new or ANY) if direction == "response" else (old, new)
        if change := verdict(before, after, direction):
            for each in _nouns(noun, frozenset({direction})):
                kind = f"{each}-{change}".replace(f"{direction}-field-type-changed", "field-type-changed")
                yield Change(kind, where, before=describe(before), after=describe(after))


def _nouns(noun: str, directions: Directions) -> list[str]:
    """Return what a change of a type is called by: that of a field, once for each direction."""
    if noun in ("field", "schema"):
        return [f"{each}-field" for each in directions]
    return ["response" if noun == "stream" else noun.removesuffix("-media-type")]


def _compare_notes(
    where: str, noun: str, old: Mapping[str, Any], new: Mapping[str, Any], *, retyped: bool
) -> Iterator[Change]:
    """Yield what is said otherwise: deprecation, prose, and the limits that the service sets on values."""
    differing = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
    if "deprecated" in differing:
        yield Change(f"{noun}-{'deprecated' if 'deprecated' in new else 'undeprecated'}", where)
    implied = {"format", "nullable"} if retyped else set[str]()
    for kind, keys in (("documentation-changed", PROSE), ("constraint-changed", CONSTRAINTS - implied)):
        if differing & keys:
            yield Change(kind, where, ", ".join(sorted(differing & keys)))


def renamed(old: Surface, new: Surface) -> dict[str, dict[str, str]]:
    """Return new names by old ones: of the classes, as `schema`, and of the functions, as `operation`.

    A class has another name if it is alike in all else and nothing else is, a function if it keeps its method
    and path.
    """
    before, after = _by_looks(old, new), _by_looks(new, old)
    alike = [(names, after.get(looks, [])) for looks, names in before.items()]
    functions = {new.operations[name].text: name for name in new.operations.keys() - old.operations.keys()}
    left = {name: old.operations[name].text for name in old.operations.keys() - new.operations.keys()}
    return {
        "schema": {names[0]: others[0] for names, others in alike if len(names) == len(others) == 1},
        "operation": {name: functions[text] for name, text in left.items() if text in functions},
    }


def _renamed_part(key: _Key, gone: Mapping[_Key, Part], come: Mapping[_Key, Part]) -> str:
    """Return the name that a value seems to have got: the only new one there, alike in all else."""
    if gone[key].shape is None or not gone[key].place:
        return ""
    before = [part for other, part in gone.items() if other[:-1] == key[:-1]]
    after = [part for other, part in come.items() if other[:-1] == key[:-1]]
    return after[0].name if len(before) == 1 and [_looks(before[0])] == [*map(_looks, after)] else ""


def _by_looks(one: Surface, other: Surface) -> dict[tuple[object, ...], list[str]]:
    """Return the classes that only one of two has, by what is behind them; their names read as one mark."""
    masked = dict.fromkeys(one.definitions.keys() - other.definitions.keys(), "?")
    found: defaultdict[tuple[object, ...], list[str]] = defaultdict(list)
    for name in masked:
        definition = one.definitions[name]
        found[definition.kind, *_looks(definition, masked)].append(name)
    return found


def _looks(part: Part, names: Mapping[str, str] = MappingProxyType({})) -> tuple[object, ...]:
    """Return all that is said of a part but for its name and what it is documented with."""
    return (
        None if part.shape is None else describe(shape_of(part.shape, names)),
        part.required,
        part.facts.get("default-changed"),
        frozenset((key, _looks(inner, names)) for key, inner in part.parts.items()),
    )
