"""The contract of two releases, compared by the compiler's own rule (docs/spec-changes.md)."""

from pathlib import Path
from typing import cast

from tools.compiler.changes import compare
from tools.compiler.document import parse
from tools.compiler.errors import CompileError
from tools.release.errors import Refusal
from tools.release.version import Change, Step


def compare_contracts(old: Path, new: Path) -> list[Change]:
    """Return what changed for users from one openapi.yaml to the next."""
    sources = [path.read_bytes() for path in (old, new)]
    try:
        before, after = (parse(source, "openapi.yaml").content for source in sources)
    except CompileError as error:
        raise Refusal(
            f"The openapi.yaml of this release, or of the last one, cannot be read: {error}.",
            way_out="scripts/regenerate says more of a document that it cannot read",
        ) from None
    changes: list[Change] = []
    for change in compare(before, after, same_bytes=sources[0] == sources[1]).changes:
        said = change.to_line().removeprefix(f"{change.kind}: {change.where}")
        step = cast(Step, str(change.step))  # the compiler's steps go by the same four names
        changes.append(Change("spec", f"{change.kind}{said}", change.where, step))
    return changes
