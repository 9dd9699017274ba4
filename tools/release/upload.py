"""The files go up, and come back."""

import os
import shutil
import sys
from collections.abc import Mapping
from typing import NamedTuple

from tools.release import consumer
from tools.release.build import sha256
from tools.release.contents import PROJECT, read_requirements
from tools.release.environment import Environment
from tools.release.errors import Refusal
from tools.release.process import run, sparse_environment
from tools.release.release import Release

# Nothing but what it is told: no dependencies, no caches, no questions, no other files than wheels.
_PIP = ("--no-deps", "--no-cache-dir", "--no-input", "--only-binary=:all:", "--require-hashes")


class Files(NamedTuple):
    """The files of a release, by whether the index has them."""

    present: tuple[str, ...]
    missing: tuple[str, ...]


def upload(release: Release) -> str:
    """Send what the index does not have, and tag the commit when all is there.

    From here on the release exists; what a broken upload left is completed by the next run.
    """
    index, built, version = release.index, release.distributions.digests, release.version
    kept = _keep(release)
    listed = index.listing(version) if index else {}
    files = compare_files(built, listed, version=str(version))
    if index is None or release.options.dry_run:
        would = ", ".join(files.missing) or "nothing: all is there"
        return f"left out in a dry run; would send {would}{kept}"
    message = f"{PROJECT} {version}"
    tagged = release.repository.commit_of(release.tag) is not None
    if files.missing and not tagged and not release.options.create_tag:
        raise Refusal(
            f"Everything is in order, but there is no tag {release.tag} at this commit.",
            way_out=f"run with --tag, or make it: git tag -a {release.tag} -m '{message}'",
        )
    for file in release.distributions.files:
        if file.name in files.missing:
            index.upload(file)
    index.wait_for(built, version)
    if release.options.create_tag and not tagged:
        by_hand = f"the files are up: make it by hand (git tag -a {release.tag} -m '{message}')"
        release.repository.git("tag", "--annotate", release.tag, "--message", message, way_out=by_hand)
    if not files.missing:
        before = f"{version} was published before: the index has both files, with these bytes"
        return f"{before}; nothing was sent{kept}"
    sent = f"sent {', '.join(files.missing)}"
    return f"{sent}; {', '.join(files.present)} was there already{kept}" if files.present else f"{sent}{kept}"


def check_published(release: Release) -> str:
    """Install the release as users get it: from the index, and from nowhere else."""
    index, wheel = release.index, release.distributions.wheel
    if index is None or release.options.dry_run:
        return "left out in a dry run: nothing was sent"
    environment = Environment(release.workspace / "from-index")
    environment.install([*read_requirements(wheel, extra="testing"), "trio"])
    listed = environment.folder / "requirements.txt"
    listed.write_text(f"{PROJECT}=={release.version} --hash=sha256:{sha256(wheel)}\n", encoding="utf-8")
    # By the environment and not by the command line, since every user of a machine sees command lines.
    settings = {"PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **index.pip_settings()}
    run(
        [sys.executable, "-m", "pip", "--python", environment.python, "install", *_PIP, "-r", listed],
        cwd=environment.folder,
        env=sparse_environment(**settings),
        refused="pip cannot install the release from the index:",
        way_out="the files are up: check that --simple is the list for pip, then run the command again",
        secrets=index.credentials.secrets if index.credentials else (),
    )
    return consumer.smoke(environment, str(release.version))


def _keep(release: Release) -> str:
    """Copy the checked files to where the caller wants them, never over other ones."""
    folder = release.options.keep
    if folder is None:
        return ""
    folder.mkdir(parents=True, exist_ok=True)
    for file in (*release.distributions.files, release.sbom):
        kept = folder / file.name
        if kept.exists() and file.suffix != ".json" and sha256(kept) != sha256(file):
            raise Refusal(
                f"{folder} already has {file.name}, with other bytes.",
                way_out="a version is never replaced: raise it in src/egp/_version.py and CHANGELOG.md",
            )
        shutil.copyfile(file, kept)
    return f"; the files and {release.sbom.name} are in {folder}"


def compare_files(built: Mapping[str, str], listed: Mapping[str, str], *, version: str) -> Files:
    """Sort the built files by what the index lists of the version; both map file names to SHA-256.

    Raises Refusal if the index has anything else under this version: other bytes, or another file.
    """
    others = dict(sorted(listed.items() - built.items()))
    if others:
        theirs, ours = (
            [f"{name}: sha256 {digest}" for name, digest in files.items()] for files in (others, built)
        )
        raise Refusal(
            f"The index already has {version}, with other bytes:",
            details=[*theirs, "built here:", *ours],
            way_out="a version is never replaced: raise the version in src/egp/_version.py and CHANGELOG.md "
            "(or, if it was this version that was meant, check out the commit that its tag names)",
        )
    missing = tuple(name for name in built if name not in listed)
    return Files(tuple(name for name in built if name in listed), missing)
