"""The checks of the commit: what would go out, and whether it may."""

import sys
from datetime import UTC, date, datetime

from tools.release.changelog import CHANGELOG_FILE, check_changelog
from tools.release.errors import Refusal, understanding
from tools.release.process import run
from tools.release.release import Release
from tools.release.version import check_step

_RAISE = "raise the version in src/egp/_version.py and CHANGELOG.md"


def check_tree(release: Release) -> str:
    """Refuse a tree that is not the commit: the release is the commit."""
    repository = release.repository
    if changes := repository.git("status", "--porcelain", "--untracked-files=all"):
        raise Refusal(
            "The tree is not clean:",
            details=changes.splitlines(),
            way_out="commit these files, or set them aside (git stash --include-untracked), and run again",
        )
    said = f"clean at {repository.head()[:12]}"
    if repository.is_pushed():
        return said
    if release.options.dry_run:
        return f"{said}, which no branch of the remote has yet: push it before the release"
    raise Refusal(
        "No branch of the remote has this commit: nobody else could build what would be published.",
        way_out="git push, and run again",
    )


def check_tag(release: Release) -> str:
    """Refuse a version that another commit has, or that is older than what its own history released."""
    repository, tag = release.repository, release.tag
    if repository.git("rev-parse", "--is-shallow-repository") == "true":
        raise Refusal(
            "This clone is shallow: the tag of the last release may be missing.",
            way_out="git fetch --unshallow --tags",
        )
    remote = repository.remote_tags()
    if unknown := [name for name, commit in remote.items() if repository.commit_of(name) != commit]:
        raise Refusal(
            f"The remote has tags that this clone does not have, or has elsewhere: {', '.join(unknown)}.",
            way_out="git fetch --tags; where both have it at different commits, the published one is right",
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
        problem = f"{release.version} is not after what is released: {', '.join(later)} is in its history."
        raise Refusal(problem, way_out=_RAISE)
    would = f"{tag} is not there yet; it would be made at {head[:12]}"
    if release.options.create_tag or release.options.dry_run:
        return would
    return f"{would}, with --tag; without it, this run ends before the upload"


def check_tests(release: Release) -> str:
    """Refuse a commit at which the tests were not run, or not all of them green."""
    if release.options.tests_passed:
        return "passed elsewhere, as --tests-passed says"
    # scripts/test writes it.
    stamp = release.root / release.repository.git("rev-parse", "--git-path", "egp-tests-passed")
    tested = stamp.read_text(encoding="utf-8").strip() if stamp.is_file() else ""
    if tested == release.repository.head():
        return "scripts/test was green at this commit"
    found = f"scripts/test was last green at {tested[:12]}" if tested else "scripts/test was never green here"
    if release.options.dry_run:
        return f"{found}; the release itself asks for a green run at this commit"
    raise Refusal(
        f"Nothing shows that the tests pass: {found}, and not at this commit.",
        way_out="run scripts/test, or, where it was green on another machine, add --tests-passed",
    )


def check_index(release: Release) -> str:
    """Refuse an index that is down, keeps us out, or has releases which this clone does not know."""
    index = release.index
    if index is None:
        return "no index was named: a dry run can do without"
    if not release.options.dry_run:
        index.require_credentials()
    if index.credentials:
        index.check_login()
    listed = index.versions()
    tagged = {*release.repository.versions(everywhere=True), release.version}
    if unknown := [str(each) for each in listed if not each.is_prerelease and each not in tagged]:
        raise Refusal(
            f"The index has releases that no tag in this clone names: {', '.join(unknown)}.",
            way_out="git fetch --tags; a release made elsewhere needs its tag here",
        )
    shown = ", ".join(str(each) for each in listed[-3:]) or "no version"
    door = "lets us in" if index.credentials else "was asked without credentials"
    return f"{index.address.simple} answers, {door}, and lists {shown}"


def check_generated(release: Release) -> str:
    """Refuse a generated package that is not what openapi.yaml says today."""
    run(
        [sys.executable, "-m", "tools.compiler", "--check"],
        cwd=release.root,
        refused="generated/ is not what openapi.yaml, generator-config.yaml and templates/ compile to:",
        way_out="scripts/regenerate, commit the result as a commit of its own, and run again",
    )
    return "generated/ is what openapi.yaml compiles to"


def check_version(release: Release) -> str:
    """Refuse a number that promises less change than there is, or of which the changelog says nothing."""
    version, last = release.version, release.last
    if version.is_postrelease:
        raise Refusal(
            f"{version} is a post-release: users who pin {version.base_version} would not get it.",
            way_out="raise the third number in src/egp/_version.py and CHANGELOG.md",
        )
    with understanding(CHANGELOG_FILE):
        text = (release.root / CHANGELOG_FILE).read_text(encoding="utf-8")
    today = max(datetime.now(UTC).date(), date.today())  # the engineer's own calendar counts, too
    section = check_changelog(text, str(version), today=today, last=str(last) if last else None)
    entries = "1 entry" if section.entries == 1 else f"{section.entries} entries"
    said = f"{version} of {section.date}, {entries} in the changelog"
    if last is None:
        return f"{said}; the first release has nothing to be compared with"
    from tools.release.interface.changes import find_changes  # half a second, now that others are under way

    return f"{said}; {check_step(last, version, find_changes(release, last))}"
