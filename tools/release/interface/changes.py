"""All that users of the last release would notice, each kind of change by its own rule."""

import sys
from pathlib import Path

from packaging.version import Version

from tools.compiler.changes import compare
from tools.compiler.document import parse
from tools.compiler.errors import CompileError
from tools.release.contents import CONTRACT_FILE
from tools.release.errors import Refusal
from tools.release.interface.comparison import compare_interfaces
from tools.release.interface.sources import PACKAGES
from tools.release.interface.words import compare_words
from tools.release.process import attempt
from tools.release.release import Release
from tools.release.version import Change


def find_changes(release: Release, last: Version) -> list[Change]:
    """Return what changed since the last release: words, the contract, names and types."""
    old, source = release.workspace / "last", release.source
    release.repository.export(f"v{last}", old, *PACKAGES.values(), CONTRACT_FILE, "pyproject.toml")
    changes, contract = compare_words(old, source), old / CONTRACT_FILE
    if contract.exists() and (in_contract := _compare_contracts(contract, source / CONTRACT_FILE)):
        changes += in_contract
        source = _without_contract_changes(release, contract)
    return [*changes, *compare_interfaces(old, source)]


def _compare_contracts(old: Path, new: Path) -> list[Change]:
    """Return what changed from one openapi.yaml to the next, by the rule of docs/spec-changes.md."""
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
        changes.append(Change("spec", f"{change.kind}{said}", change.where, change.step))
    return changes


def _without_contract_changes(release: Release, contract_before: Path) -> Path:
    """Return the sources with egp_api as the compiler of this commit makes it of the last release's contract.

    The contract's own changes have their own rule; what the compiler and templates change shows here.
    """
    view = release.workspace / "new-compiler-old-contract"
    view.mkdir()
    (view / "src").symlink_to(release.source / "src")
    where = ["--spec", str(contract_before), "--output", str(view / "generated")]
    done = attempt([sys.executable, "-m", "tools.compiler", *where], cwd=release.root)
    return release.source if done.returncode else view  # it may take the old document no more
