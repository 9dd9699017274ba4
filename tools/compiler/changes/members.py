"""Compares named values: fields, keywords and parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tools.compiler.changes.report import Change
from tools.compiler.changes.shape import Shape, describe
from tools.compiler.changes.surface import Member, Notes
from tools.compiler.changes.variance import Direction, Verdict, difference

REQUEST = frozenset({Direction.REQUEST})


def compare_inputs(noun: str, where: str, old: Member, new: Member) -> Iterator[Change]:
    """Yield what differs in a value that callers pass by name; `noun` is `parameter` or `keyword`."""
    yield from compare_shapes(f"{noun}-type", where, old.shape, new.shape, Direction.REQUEST)
    if old.required != new.required:
        yield Change(f"{noun}-made-{'required' if new.required else 'optional'}", where)
    yield from compare_extras(noun, where, old, new)


def compare_field(where: str, old: Member, new: Member, directions: frozenset[Direction]) -> Iterator[Change]:
    """Yield what differs in a field of a model that travels in these directions."""
    yield from compare_field_shapes(where, old.shape, new.shape, directions)
    if old.required != new.required:
        verb = "required" if new.required else "optional"
        for direction in sorted(directions, key=str):
            yield Change(f"{direction.value}-field-made-{verb}", where)
    yield from compare_extras("field", where, old, new)


def compare_field_shapes(
    where: str, old: Shape, new: Shape, directions: frozenset[Direction]
) -> Iterator[Change]:
    """How the type of a field differs, once for each direction that it matters in."""
    found = difference(old, new)
    for direction in sorted(directions, key=str):
        verdict = found.verdict(direction)
        if verdict is Verdict.CHANGED:
            yield Change("field-type-changed", where, before=describe(old), after=describe(new))
        elif verdict is Verdict.VALUES_WIDENED:
            yield Change("response-field-values-widened", where, before=describe(old), after=describe(new))
        elif verdict is not Verdict.SAME:
            kind = f"{direction.value}-field-type-{verdict.value}"
            yield Change(kind, where, before=describe(old), after=describe(new))


def compare_shapes(kind: str, where: str, old: Shape, new: Shape, direction: Direction) -> Iterator[Change]:
    """How a type differs in one direction; `kind` is what the verdict is put behind."""
    verdict = difference(old, new).verdict(direction)
    if verdict is not Verdict.SAME:
        stem = kind.removesuffix("-type") if verdict is Verdict.VALUES_WIDENED else kind
        yield Change(f"{stem}-{verdict.value}", where, before=describe(old), after=describe(new))


def compare_extras(noun: str, where: str, old: Member, new: Member) -> Iterator[Change]:
    """Defaults and what is said of a value."""
    if old.default != new.default:
        yield Change(f"{noun}-default-changed", where, before=old.default, after=new.default)
    yield from compare_notes(noun, where, old.notes, new.notes, retyped=old.shape != new.shape)


def compare_notes(
    noun: str, where: str, old: Notes, new: Notes, *, retyped: bool = False
) -> Iterator[Change]:
    """Yield what is said of a thing: deprecation, prose, and the limits that the service sets on values."""
    if old.deprecated != new.deprecated:
        yield Change(f"{noun}-{'deprecated' if new.deprecated else 'undeprecated'}", where)
    if noun == "keyword":
        return
    differing = sorted(key for key in {*old.prose, *new.prose} if old.prose.get(key) != new.prose.get(key))
    if differing:
        yield Change("documentation-changed", where, ", ".join(differing))
    implied = {"format", "nullable"} if retyped else set[str]()
    limits = sorted(
        key
        for key in {*old.constraints, *new.constraints} - implied
        if old.constraints.get(key) != new.constraints.get(key)
    )
    if limits:
        yield Change("constraint-changed", where, ", ".join(limits))


def added(noun: str, where: str, new: Member, directions: frozenset[Direction] = REQUEST) -> Change:
    """Return that a value is new."""
    if new.required and Direction.REQUEST in directions:
        return Change(f"required-{noun}-added", where, after=describe(new.shape))
    return Change(f"{noun}-added", where, after=describe(new.shape))


def removed(noun: str, where: str, old: Member, now: str = "") -> Change:
    """Return that a value is gone; `now` is what it seems to be called from now on."""
    return Change(f"{noun}-removed", where, f"now {now}" if now else "", before=describe(old.shape))


def renamed(member: Member, old: Mapping[str, Member], new: Mapping[str, Member]) -> str:
    """Return the name that `member` seems to have got: the only new one, and alike in all else."""
    gone = [name for name in old if name not in new]
    come = [name for name in new if name not in old]
    if len(gone) != 1 or len(come) != 1:
        return ""
    now = new[come[0]]
    alike = (now.shape, now.required, now.default) == (member.shape, member.required, member.default)
    return come[0] if alike else ""
