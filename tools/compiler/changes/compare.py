"""Compares two OpenAPI documents by what the change does to users of the generated code."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tools.compiler.changes.operations import compare_keywords, compare_operation
from tools.compiler.changes.parts import Directions, compare_part, compare_parts, compare_presence, renamed
from tools.compiler.changes.report import Change, Report
from tools.compiler.changes.surface import Definition, Part, Surface
from tools.compiler.changes.survey import desugared, survey
from tools.compiler.walk import deep_recursion


@deep_recursion()
def compare(old: Mapping[str, Any], new: Mapping[str, Any], *, same_bytes: bool | None = None) -> Report:
    """Return what the change from `old` to `new` does to users of the code that is generated from them.

    The rule is docs/spec-changes.md. Documents come as loaded, `$ref`s and all. `same_bytes` says whether the
    two files are equal; left out, documents count as the same bytes where they are equal down to the order of
    keys, which does not see a change of a comment or of formatting.
    """
    if same_bytes is None:
        same_bytes = json.dumps(old, default=str) == json.dumps(new, default=str)
    if same_bytes:
        return Report.of([], same_bytes=True)
    compiled = desugared(old)
    before, after = survey(compiled), survey(desugared(new))
    names = renamed(before, after)
    changes = [
        Change(f"{noun}-renamed", name, before=name, after=now)
        for noun, found in names.items()
        for name, now in found.items()
    ]
    if changes:
        before = survey(compiled, names)
    return Report.of([*changes, *_changes(before, after)], same_bytes=False)


def _changes(old: Surface, new: Surface) -> Iterator[Change]:
    yield from compare_presence("", old.operations, new.operations)
    for name in old.operations.keys() & new.operations.keys():
        yield from compare_operation(old.operations[name], new.operations[name])
        yield from compare_keywords(
            old.operations[name], new.operations[name], old.definitions, new.definitions
        )
    yield from compare_presence("", old.definitions, new.definitions)
    ways = old.directions()
    for name in old.definitions.keys() & new.definitions.keys():
        yield from _compare_definitions(old.definitions[name], new.definitions[name], ways[name])
    yield from _compare_environments(old.environments, new.environments)
    for place, order in old.orders.items():
        now = new.orders.get(place, ())
        if now != order and sorted(now) == sorted(order):
            yield Change("union-reordered", place, before=" | ".join(order), after=" | ".join(now))
    header, now_header = old.api_key_header, new.api_key_header
    if header and header.lower() != now_header.lower():
        yield Change("api-key-header-changed", "API_KEY_HEADER", before=header, after=now_header or None)
    for place in old.texts.keys() | new.texts.keys():
        if old.texts.get(place) != new.texts.get(place):
            yield Change("documentation-changed", place)


def _compare_definitions(old: Definition, new: Definition, directions: Directions) -> Iterator[Change]:
    """Yield what differs in a class or an enum, which travels in these directions."""
    if old.kind != new.kind:
        yield Change("schema-kind-changed", new.name, before=old.kind, after=new.kind)
        return
    yield from compare_part(new.name, old, new, directions)
    if "request" in directions:
        for name in new.demanded - old.demanded - {part.name for part in old.parts.values()}:
            yield Change("required-field-added", f"{new.name}.{name}", "required, and no field of its own")
        for name in old.demanded - new.demanded - {part.name for part in new.parts.values()}:
            yield Change("request-field-made-optional", f"{new.name}.{name}")


def _compare_environments(old: Mapping[str, Part], new: Mapping[str, Part]) -> Iterator[Change]:
    gone = [part for name, part in old.items() if name not in new]
    come = [part for name, part in new.items() if name not in old]
    if len(gone) == len(come) == 1 and all(part.text == part.name for part in (*gone, *come)):
        # Servers without a name go by their URLs: one that takes another's place has moved.
        yield Change("environment-url-changed", "servers", before=gone[0].name, after=come[0].name)
        return
    yield from compare_parts("", old, new)
    if old and new and next(iter(old)) != next(iter(new)):
        yield Change("default-environment-changed", "servers", before=next(iter(old)), after=next(iter(new)))
