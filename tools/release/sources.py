"""The checks of the commit: what would go out, and whether it may."""

import sys
from datetime import UTC, datetime

from tools.release import contract, interface
from tools.release.changelog import CHANGELOG_FILE, check_changelog
from tools.release.kind import check_step
from tools.release.process import run, sparse_environment
from tools.release.refusal import Refusal
from tools.release.release import Release

_SHOWN_FILES = 10


def check_tree(release: Release) -> str:
    """The release is the commit, so the tree must be the commit."""
    changes = release.repository.changes()
    if changes:
        shown = [f"    {line}" for line in changes[:_SHOWN_FILES]]
        if len(changes) > _SHOWN_FILES:
            shown.append(f"    … and {len(changes) - _SHOWN_FILES} more")
        raise Refusal(
            "\n".join(["The tree is not clean:", *shown]),
            way_out="commit these files, or set them aside (git stash --include-untracked), and run again",
        )
    return f"clean at {release.repository.head()[:12]}"


def check_tag(release: Release) -> str:
    """A version names one commit. Its tag is made last, when nothing can speak against it any more."""
    repository, tag = release.repository, release.tag
    if repository.is_shallow():
        raise Refusal(
            "This clone is shallow: the tag of the last release may be missing.",
            way_out="git fetch --unshallow --tags",
        )
    head, tagged = repository.head(), repository.commit_of(tag)
    if tagged == head:
        return f"{tag} is at this commit"
    if tagged:
        raise Refusal(
            f"{tag} is another commit ({tagged[:12]}; this one is {head[:12]}).",
            way_out=f"to release this commit, raise the version; to finish the release of {release.version}, "
            f"git checkout {tag}",
        )
    if later := [str(each) for each in repository.versions() if each > release.version]:
        raise Refusal(
            f"{release.version} is not after what is released: {', '.join(later)} is in its history.",
            way_out="raise the version in src/egp/_version.py and CHANGELOG.md",
        )
    would = f"{tag} is not there yet; it would be made at {head[:12]}"
    if release.wish.create_tag or release.wish.dry_run:
        return would
    return f"{would}, with --tag; without it, this run ends before the upload"


def check_index(release: Release) -> str:
    """An index that is down, or that knows of releases which this clone does not, is better met now."""
    index = release.index
    if index is None:
        return "no index was named: a dry run can do without"
    if not release.wish.dry_run:
        index.account.require_credentials()
    listed = index.versions()
    tagged = {*release.repository.versions(), release.version}
    if unknown := [str(each) for each in listed if not each.is_prerelease and each not in tagged]:
        raise Refusal(
            f"The index has releases that no tag in this history names: {', '.join(unknown)}.",
            way_out="git fetch --tags; a release made elsewhere has to come into this history with its tag",
        )
    shown = ", ".join(str(each) for each in listed[-3:]) or "no version"
    return f"{index.address.simple} answers and lists {shown}"


def check_generated(release: Release) -> str:
    """What users get is what openapi.yaml says today."""
    run(
        [sys.executable, "-m", "tools.compiler", "--check"],
        cwd=release.root,
        env=sparse_environment(),
        refused="generated/ is not what openapi.yaml, generator-config.yaml and templates/ compile to:",
        way_out="scripts/regenerate, commit the result as a commit of its own, and run again",
    )
    return "generated/ is what openapi.yaml compiles to"


def check_version(release: Release) -> str:
    """The number tells users what may break; the changelog tells them what did."""
    text = (release.root / CHANGELOG_FILE).read_text(encoding="utf-8")
    section = check_changelog(text, str(release.version), today=datetime.now(UTC).date())
    entries = "1 entry" if section.entries == 1 else f"{section.entries} entries"
    said = f"{release.version} of {section.date}, {entries} in the changelog"
    if release.last is None:
        return f"{said}; the first release has nothing to be compared with"
    last = release.workspace / "last"
    release.repository.export(f"v{release.last}", last, *interface.PACKAGES.values())
    before = release.repository.read(f"v{release.last}", contract.CONTRACT_FILE)
    after = (release.source / contract.CONTRACT_FILE).read_bytes()
    changes = [
        *(contract.compare_contracts(before, after) if before else []),
        *interface.compare_interfaces(last, release.source),
    ]
    return f"{said}; {check_step(release.last, release.version, changes)}"
