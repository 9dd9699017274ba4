"""A release under way: what was asked for, and what the steps have found."""

from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from packaging.version import Version

from tools.release.build import Distributions
from tools.release.environment import Environment
from tools.release.index import Index
from tools.release.repository import Repository
from tools.release.version import VERSION_FILE, last_release, read_version


class Options(NamedTuple):
    """What the caller asked for."""

    dry_run: bool = False
    create_tag: bool = False
    tests_passed: bool = False
    keep: Path | None = None


class Release:
    """One commit on its way to one index.

    `index` is None in a dry run without one. `workspace` is an empty folder outside the tree. A step makes
    `distributions`, another one `sbom`, for those that come later.
    """

    distributions: Distributions
    sbom: Path

    def __init__(self, root: Path, workspace: Path, options: Options, index: Index | None) -> None:
        self.repository = Repository(root)
        self.root = root
        self.workspace = workspace
        self.options = options
        self.index = index

    @cached_property
    def version(self) -> Version:
        """The version that the commit states."""
        return read_version((self.root / VERSION_FILE).read_text(encoding="utf-8"))

    @property
    def tag(self) -> str:
        """The tag that marks the release."""
        return f"v{self.version}"

    @cached_property
    def last(self) -> Version | None:
        """The release that users come from; None for the first one."""
        return last_release(self.repository.versions(everywhere=True), self.version)

    @cached_property
    def source(self) -> Path:
        """A folder with the files of the commit, and none of the files that git ignores."""
        folder = self.workspace / "source"
        self.repository.export("HEAD", folder)
        return folder

    @cached_property
    def environment(self) -> Environment:
        """The clean environment that has the built wheel and all its extras."""
        return Environment(self.workspace / "clean")
