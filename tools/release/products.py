"""The checks of what the commit builds into."""

import sys

from tools.release import consumer
from tools.release.contents import check_wheel
from tools.release.contract import CONTRACT_FILE
from tools.release.distributions import build_reproducibly, sha256
from tools.release.index import PROJECT
from tools.release.process import run, sparse_environment
from tools.release.release import Release


def build_distributions(release: Release) -> str:
    """The bytes follow from the commit alone, so that anyone can build them again and compare."""
    epoch = release.repository.committed_at()
    release.distributions = build_reproducibly(release.source, release.workspace, epoch=epoch)
    return "the same bytes from the tree and from the sdist\n" + "\n".join(
        f"{sha256(file)}  {file.name}" for file in release.distributions.files
    )


def check_metadata(release: Release) -> str:
    """An index refuses what it cannot read; twine knows that before."""
    run(
        [sys.executable, "-m", "twine", "check", "--strict", *release.distributions.files],
        cwd=release.workspace,
        env=sparse_environment(),
        refused="twine check --strict is not content:",
        way_out="the metadata is [project] in pyproject.toml, the description is README.md",
    )
    return "twine check --strict is content"


def check_contents(release: Release) -> str:
    """Users get the two packages, the contract and the licence; tests, templates and tools stay here."""
    contract = (release.source / CONTRACT_FILE).read_bytes()
    return check_wheel(release.distributions.wheel, version=str(release.version), contract=contract)


def check_use(release: Release) -> str:
    """The files on the disk of this machine prove nothing: the wheel is used where the repository is not."""
    release.environment.install([f"{PROJECT}[testing] @ {release.distributions.wheel.as_uri()}"])
    return consumer.smoke(release.environment, str(release.version))


def check_types(release: Release) -> str:
    """Types are part of the interface: a right program passes, and a wrong one does not."""
    return consumer.check_types(release.environment)
