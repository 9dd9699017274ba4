"""A release under way: what was asked for, and what is found on the way."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from packaging.version import Version

from tools.release.build import Distributions, build_reproducibly
from tools.release.consumer import SMOKE_NEEDS
from tools.release.contents import PROJECT, read_metadata
from tools.release.environment import Environment
from tools.release.errors import understanding
from tools.release.repository import Repository
from tools.release.sbom import write_sbom
from tools.release.version import VERSION_FILE, last_release, read_version

if TYPE_CHECKING:
    from tools.release.index import Index

T = TypeVar("T")


class Options(NamedTuple):
    """What the caller asked for."""

    dry_run: bool = False
    create_tag: bool = False
    tests_passed: bool = False
    keep: Path | None = None


class _Fact(Generic[T]):
    """What is found once: of the steps that ask at the same time, one finds it, and the others wait."""

    def __init__(self, find: Callable[["Release"], T]) -> None:
        self._find = find
        self._lock = threading.Lock()

    def __get__(self, release: "Release", _: object) -> T:
        facts, name = vars(release), self._find.__name__
        with self._lock:
            if name not in facts:
                facts[name] = self._find(release)
        found: T = facts[name]
        return found


class Release:
    """One commit on its way to one index.

    `index` is None in a dry run without one. `workspace` is an empty folder outside the tree.
    """

    def __init__(self, root: Path, workspace: Path, options: Options, index: "Index | None") -> None:
        self.repository = Repository(root)
        self.root = root
        self.workspace = workspace
        self.options = options
        self.index = index

    @_Fact
    def version(self) -> Version:
        """Return the version that the commit states."""
        with understanding(VERSION_FILE):
            return read_version((self.root / VERSION_FILE).read_text(encoding="utf-8"))

    @property
    def tag(self) -> str:
        """The tag that marks the release."""
        return f"v{self.version}"

    @_Fact
    def last(self) -> Version | None:
        """Return the release that users come from; None for the first one."""
        return last_release(self.repository.versions(everywhere=True), self.version)

    @_Fact
    def source(self) -> Path:
        """Return a folder with the files of the commit, and none of the files that git ignores."""
        folder = self.workspace / "source"
        self.repository.export("HEAD", folder)
        return folder

    @_Fact
    def distributions(self) -> Distributions:
        """Return the sdist and the wheel."""
        epoch = int(self.repository.git("log", "-1", "--format=%ct", "HEAD"))
        return build_reproducibly(self.source, self.workspace, epoch=epoch)

    @property
    def extras(self) -> str:
        """Return the extras of the wheel, as a requirement has them."""
        return ",".join(read_metadata(self.distributions.wheel).get_all("Provides-Extra", []))

    @_Fact
    def environment(self) -> Environment:
        """Return a clean environment that has the wheel, all its extras, and what the smoke needs."""
        environment, wheel = Environment(self.workspace / "clean"), self.distributions.wheel
        environment.install([f"{PROJECT}[{self.extras}] @ {wheel.as_uri()}", *SMOKE_NEEDS])
        return environment

    @_Fact
    def bare_environment(self) -> Environment:
        """Return a clean environment that has the wheel without any extra."""
        environment = Environment(self.workspace / "bare")
        environment.install([str(self.distributions.wheel)])
        return environment

    @_Fact
    def sbom(self) -> Path:
        """Return the bill of materials of the wheel, beside it."""
        return write_sbom(self.bare_environment, self.distributions.wheel, self.source / "pyproject.toml")
