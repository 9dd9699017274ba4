"""What git knows of a release: the commit, the tags, and the files as they were."""

import os
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from packaging.version import InvalidVersion, Version

from tools.release.build import unpack
from tools.release.errors import Refusal, understanding

# They lead git to another repository than the one that it is run in.
_ELSEWHERE = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"}


class Repository:
    """A git work tree, read; the only thing ever written to it is the tag of a release."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *arguments: str, way_out: str = "run from a clone of the repository, with a commit") -> str:
        """Return what a command of git says; raise Refusal if it fails."""
        return self._succeed(arguments, way_out).decode(errors="replace").rstrip()

    def head(self) -> str:
        """Return the full id of the commit that would be released."""
        return self.git("rev-parse", "HEAD")

    def commit_of(self, tag: str) -> str | None:
        """Return the commit that a tag points at, or None if there is no such tag."""
        done = self._run("rev-parse", "--verify", "--quiet", f"refs/tags/{tag}^{{commit}}")
        return done.stdout.decode().strip() or None

    def versions(self, *, everywhere: bool = False) -> list[Version]:
        """Return the versions tagged in the history of the commit, or in every history, oldest first."""
        found: list[Version] = []
        for tag in self.git("tag", *(() if everywhere else ("--merged", "HEAD")), "--list", "v*").split():
            with suppress(InvalidVersion):
                found.append(Version(tag.removeprefix("v")))
        return sorted(found)

    def remote_tags(self) -> dict[str, str]:
        """Return the commits of the remote's version tags by name; none where no remote can be asked."""
        remote = self._remote()
        done = self._run("ls-remote", "--tags", remote, "v*") if remote else None
        lines = done.stdout.decode(errors="replace").splitlines() if done and not done.returncode else []
        tags = (line.partition("\trefs/tags/") for line in lines)
        return {name.removesuffix("^{}"): commit for commit, _, name in tags}  # the peeled one comes second

    def is_pushed(self) -> bool:
        """Tell whether a branch of the remote has the commit; yes where there is no remote."""
        return not self._remote() or bool(self.git("branch", "--remotes", "--contains", "HEAD"))

    def export(self, revision: str, target: Path, *paths: str) -> None:
        """Write the files of a revision, all or those below some paths, to the folder `target`."""
        held = self.git("ls-tree", "--name-only", revision).split("\n")
        asked = [path for path in paths if path in held]
        target.mkdir(parents=True, exist_ok=True)
        if asked or not paths:
            archive = target.with_suffix(".tar")
            content = self._succeed(
                ["archive", "--format=tar", revision, *asked], "git fsck says what is wrong"
            )
            archive.write_bytes(content)  # not by git: a full disk is told by what Python says of it
            with understanding(f"the commit {revision}"):
                unpack(archive, target)
            archive.unlink()

    def _remote(self) -> str | None:
        remotes = self.git("remote").split()
        return "origin" if "origin" in remotes else next(iter(remotes), None)

    def _succeed(self, arguments: Sequence[str], way_out: str) -> bytes:
        done = self._run(*arguments)
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            raise Refusal(f"git {arguments[0]} failed: {said}", way_out=way_out)
        return done.stdout

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        # Nobody is asked for a password, and a remote that does not answer is given up on.
        inherited = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE}
        silent = inherited | {"GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": "ssh -o BatchMode=yes"}
        git = ["git", *arguments]
        try:
            return subprocess.run(
                git, cwd=self.root, env=silent, stdin=subprocess.DEVNULL, capture_output=True, timeout=60
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(git, 1, b"", b"no answer for 60 s")
