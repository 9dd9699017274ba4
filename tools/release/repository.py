"""What git knows of a release: the tree, the commit, the tags, and the files as they were."""

import os
import subprocess
from pathlib import Path

from packaging.version import InvalidVersion, Version

from tools.release.build import unpack
from tools.release.errors import Refusal


class Repository:
    """A git work tree, read; the only thing ever written to it is the tag of a release."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def changes(self) -> list[str]:
        """Return the files that are not as in the commit, untracked ones included, as git names them."""
        return self._git("status", "--porcelain", "--untracked-files=all").splitlines()

    def is_shallow(self) -> bool:
        """Tell whether history, and with it older tags, may be missing."""
        return self._git("rev-parse", "--is-shallow-repository").strip() == "true"

    def head(self) -> str:
        """Return the full id of the commit that would be released."""
        return self._git("rev-parse", "HEAD").strip()

    def commit_of(self, tag: str) -> str | None:
        """Return the commit that a tag points at, or None if there is no such tag."""
        done = self._run("rev-parse", "--verify", "--quiet", f"refs/tags/{tag}^{{commit}}")
        return done.stdout.decode().strip() or None

    def committed_at(self) -> int:
        """Return when the commit was made, in Unix seconds: SOURCE_DATE_EPOCH of its distributions."""
        return int(self._git("log", "-1", "--format=%ct", "HEAD"))

    def versions(self, *, everywhere: bool = False) -> list[Version]:
        """Return the versions tagged in the history of the commit, or in every history, oldest first."""
        found: list[Version] = []
        for tag in self._git("tag", *(() if everywhere else ("--merged", "HEAD")), "--list", "v*").split():
            try:
                found.append(Version(tag.removeprefix("v")))
            except InvalidVersion:
                continue
        return sorted(found)

    def remote_tags(self) -> dict[str, str] | None:
        """Return the commits of the remote's version tags by name; None where no remote can be asked."""
        remote = self._remote()
        done = self._run("ls-remote", "--tags", remote, "v*") if remote else None
        if done is None or done.returncode:
            return None
        found: dict[str, str] = {}
        for line in done.stdout.decode(errors="replace").splitlines():
            commit, _, name = line.partition("\trefs/tags/")
            found[name.removesuffix("^{}")] = commit  # the peeled line, which names the commit, comes second
        return found

    def is_pushed(self) -> bool:
        """Tell whether a branch of the remote has the commit; yes where there is no remote."""
        return not self._remote() or bool(self._git("branch", "--remotes", "--contains", "HEAD").strip())

    def tested_commit(self) -> str | None:
        """Return the commit at which scripts/test was last green as a whole, None where it never was."""
        stamp = self.root / self._git("rev-parse", "--git-path", "egp-tests-passed").strip()
        return stamp.read_text(encoding="utf-8").strip() if stamp.is_file() else None

    def create_tag(self, tag: str, message: str) -> None:
        """Make an annotated tag at the commit."""
        done = self._run("tag", "--annotate", tag, "--message", message)
        if done.returncode:
            raise Refusal(
                f"git could not make the tag {tag}: {done.stderr.decode(errors='replace').strip()}",
                way_out=f"the files are up: make it by hand (git tag -a {tag} -m '{message}')",
            )

    def read(self, revision: str, path: str) -> bytes | None:
        """Return a file as it was in a revision, or None if the revision has no such file."""
        done = self._run("show", f"{revision}:{path}")
        return None if done.returncode else done.stdout

    def export(self, revision: str, target: Path, *paths: str) -> None:
        """Write the files of a revision, and nothing else of the work tree, below `target`."""
        held = set(self._git("ls-tree", "--name-only", revision).split("\n"))
        asked = [path for path in paths if path in held]
        if paths and not asked:
            target.mkdir(parents=True, exist_ok=True)
            return
        done = self._run("archive", "--format=tar", revision, *asked)
        if done.returncode:
            raise Refusal(
                f"git could not export {revision}: {done.stderr.decode(errors='replace').strip()}",
                way_out="git fsck says what is wrong with the repository",
            )
        archive = target.with_suffix(".tar")
        archive.parent.mkdir(parents=True, exist_ok=True)
        archive.write_bytes(done.stdout)
        unpack(archive, target)
        archive.unlink()

    def _git(self, *arguments: str) -> str:
        done = self._run(*arguments)
        if done.returncode:
            raise Refusal(
                f"git {arguments[0]} failed: {done.stderr.decode(errors='replace').strip()}",
                way_out="run from a clone of the repository, with at least one commit",
            )
        return done.stdout.decode(errors="replace")

    def _remote(self) -> str | None:
        remotes = self._git("remote").split()
        return "origin" if "origin" in remotes else next(iter(remotes), None)

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        # Nobody is asked for a password, and a remote that does not answer is given up on.
        environment = os.environ | {"GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": "ssh -o BatchMode=yes"}
        git = ["git", *arguments]
        try:
            return subprocess.run(
                git,
                cwd=self.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=60,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(git, 1, b"", b"no answer for 60 s")
