"""Compares two OpenAPI documents by what the change does to users of the generated code."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tools.compiler.changes.definitions import compare_definitions
from tools.compiler.changes.kinds import Step
from tools.compiler.changes.normal import desugared
from tools.compiler.changes.operations import compare_operations
from tools.compiler.changes.renames import renamed_definitions, renamed_operations
from tools.compiler.changes.report import Change, Report
from tools.compiler.changes.surface import Surface
from tools.compiler.changes.survey import survey
from tools.compiler.changes.usage import directions


def compare(old: Mapping[str, Any], new: Mapping[str, Any], *, same_bytes: bool | None = None) -> Report:
    """Return what the change from `old` to `new` does to users of the code that is generated from them.

    The rule is docs/spec-changes.md. Documents come as loaded, `$ref`s and all. `same_bytes` says whether the
    two files are equal; left out, documents count as the same bytes where they are equal down to the order of
    keys, which does not see a change of a comment or of formatting.
    """
    if same_bytes is None:
        same_bytes = _spelled(old) == _spelled(new)
    if same_bytes:
        return Report.of([], same_bytes=True)
    return Report.of([*_of_structure(old, new), *_of_wording(old, new)], same_bytes=False)


def _of_structure(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before, after = desugared(old), desugared(new)
    if before is None or after is None:
        surfaces = survey(old), survey(new)
    else:
        surfaces = survey(before.content, before.bases), survey(after.content, after.bases)
    return (change for change in _changes(*surfaces) if not _is_of_wording(change))


def _of_wording(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """Yield what only the documents as written show: normal ones have no prose and no odd defaults."""
    return (change for change in _changes(survey(old), survey(new)) if _is_of_wording(change))


def _is_of_wording(change: Change) -> bool:
    return change.step is Step.PATCH or change.kind.endswith(
        ("-deprecated", "-undeprecated", "-default-changed")
    )


def _spelled(document: Mapping[str, Any]) -> str:
    return json.dumps(document, default=str)


def _changes(old: Surface, new: Surface) -> Iterator[Change]:
    definitions = renamed_definitions(old.definitions, new.definitions)
    operations = renamed_operations(old.operations, new.operations)
    yield from compare_operations(old, new, operations, definitions)
    yield from compare_definitions(old.definitions, new.definitions, definitions, directions(old))
    for place, order in old.orders.items():
        now = new.orders.get(place, ())
        if now != order and sorted(now) == sorted(definitions.get(name, name) for name in order):
            yield Change("union-reordered", place, before=" | ".join(order), after=" | ".join(now))
    yield from _compare_environments(old.environments, new.environments)
    if old.api_key_header is not None and _lower(old.api_key_header) != _lower(new.api_key_header):
        yield Change(
            "api-key-header-changed", "API_KEY_HEADER", before=old.api_key_header, after=new.api_key_header
        )
    for place in sorted(old.texts.keys() | new.texts.keys()):
        if old.texts.get(place) != new.texts.get(place):
            yield Change("documentation-changed", place)


def _compare_environments(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    gone = [name for name in old if name not in new]
    come = [name for name in new if name not in old]
    if len(gone) == len(come) == 1 and old[gone[0]] == gone[0] and new[come[0]] == come[0]:
        # Servers without a name go by their URLs: one that takes another's place has moved.
        yield Change("environment-url-changed", "servers", before=gone[0], after=come[0])
        return
    for name in gone:
        yield Change("environment-removed", name, before=old[name])
    for name in come:
        yield Change("environment-added", name, after=new[name])
    for name in old.keys() & new.keys():
        if old[name] != new[name]:
            yield Change("environment-url-changed", name, before=old[name], after=new[name])
    if old and new and next(iter(old)) != next(iter(new)):
        yield Change("default-environment-changed", "servers", before=next(iter(old)), after=next(iter(new)))


def _lower(text: str | None) -> str | None:
    return text if text is None else text.lower()
