"""The contract of two releases, compared by the compiler's own rule (docs/spec-changes.md)."""

from typing import cast

from tools.compiler.changes import compare
from tools.compiler.document import Document, parse
from tools.compiler.errors import CompileError
from tools.release.contents import CONTRACT_FILE
from tools.release.errors import Refusal
from tools.release.semver import Change
from tools.release.version import Step


def compare_contracts(old: bytes, new: bytes) -> list[Change]:
    """Return what changed for users from the bytes of one openapi.yaml to those of the next."""
    before, after = _parse(old, "of the last release"), _parse(new, "of this release")
    report = compare(before.content, after.content, same_bytes=old == new)
    changes: list[Change] = []
    for change in report.changes:
        said = change.to_line().removeprefix(f"{change.kind}: {change.where}")
        step = cast(Step, str(change.step))  # the compiler's steps go by the same four names
        changes.append(Change("spec", f"{change.kind}{said}", change.where, step))
    return changes


def _parse(source: bytes, whose: str) -> Document:
    try:
        return parse(source, CONTRACT_FILE)
    except CompileError as error:
        raise Refusal(
            f"The {CONTRACT_FILE} {whose} cannot be read: {error}.",
            way_out="scripts/regenerate says more of a document that it cannot read",
        ) from None
