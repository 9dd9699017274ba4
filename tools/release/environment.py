"""Clean Python environments, in which the release is used as its users will use it."""

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from uv import find_uv_bin

from tools.release.process import run, sparse_environment

_PACKAGES_WAY_OUT = (
    "the dependencies come from where uv gets packages on this machine: see its UV_* variables and uv.toml"
)


class Environment:
    """A virtual environment of its own, without the repository, without pip."""

    def __init__(self, folder: Path, *, python: str = sys.executable) -> None:
        self.folder = folder
        self.python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        run(
            [find_uv_bin(), "venv", "--quiet", "--no-project", "--python", python, folder],
            cwd=folder.parent,
            env=sparse_environment("UV_"),
            refused=f"No virtual environment of {python} could be made:",
            way_out="check the disk and the Python that runs this script",
        )

    def install(self, requirements: Sequence[str], *options: str) -> None:
        """Install from where this machine gets its packages."""
        run(
            [find_uv_bin(), "pip", "install", "--quiet", "--python", self.python, *options, *requirements],
            cwd=self.folder,
            env=sparse_environment("UV_"),
            refused="The wheel, or what it depends on, cannot be installed:",
            way_out=_PACKAGES_WAY_OUT,
        )

    def run(self, *arguments: str | Path, refused: str, way_out: str) -> str:
        """Run this environment's Python, apart from the caller's variables, folder and proxies."""
        variables = sparse_environment().items()
        direct = {name: value for name, value in variables if not name.lower().endswith("_proxy")}
        python = [self.python, "-I", *arguments]
        return run(python, cwd=self.folder, env=direct, refused=refused, way_out=way_out)


def find_interpreters(versions: Iterable[str]) -> dict[str, str]:
    """Return the interpreters of these versions (3.11, …) that uv or pyenv has on this machine."""
    found: dict[str, str] = {}
    pyenv = Path(os.environ.get("PYENV_ROOT") or "~/.pyenv").expanduser() / "versions"
    uv = [find_uv_bin(), "python", "find", "--no-project", "--no-python-downloads", "--system"]
    for version in versions:
        done = subprocess.run([*uv, version], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        installed = [done.stdout.strip(), *map(str, sorted(pyenv.glob(f"{version}.*/bin/python")))]
        if first := next(filter(None, installed), None):
            found[version] = first
    return found
