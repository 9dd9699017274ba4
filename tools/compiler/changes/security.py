"""Compares what an operation demands of callers to know who they are."""

from __future__ import annotations

from collections.abc import Iterator

from tools.compiler.changes.report import Change
from tools.compiler.changes.surface import Alternative, Scheme


def compare_security(
    where: str, old: frozenset[Alternative], new: frozenset[Alternative]
) -> Iterator[Change]:
    """Yield what differs between two sets of ways to call an operation; an empty set lets anyone call."""
    if old == new:
        return
    before, after = _describe(old), _describe(new)
    if not new:
        yield Change("security-removed", where, before=before, after=after)
    elif not old:
        # A way in without credentials demands nothing of those who came without.
        kind = "security-alternative-added" if frozenset() in new else "security-added"
        yield Change(kind, where, before=before, after=after)
    elif not all(any(_satisfies(given, asked) for asked in new) for given in old):
        yield Change("security-changed", where, before=before, after=after)
    elif more := {asked for asked in new if not any(_satisfies(given, asked) for given in old)}:
        yield Change("security-alternative-added", where, after=_describe(frozenset(more)))
    else:
        yield Change("security-removed", where, before=before, after=after)


def _satisfies(given: Alternative, asked: Alternative) -> bool:
    """Whether a caller with the credentials `given` has all that is `asked`."""
    return all(
        any(mine.definition == scheme.definition and scheme.scopes <= mine.scopes for mine in given)
        for scheme in asked
    )


def _describe(alternatives: frozenset[Alternative]) -> str:
    if not alternatives:
        return "nothing"
    return " or ".join(sorted(" and ".join(sorted(map(_name, each))) or "nothing" for each in alternatives))


def _name(scheme: Scheme) -> str:
    return scheme.definition + (f" ({', '.join(sorted(scheme.scopes))})" if scheme.scopes else "")
