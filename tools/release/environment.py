"""Clean Python environments, in which the release is used as its users will use it."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from uv import find_uv_bin

from tools.release.process import run, sparse_environment

_PACKAGES_WAY_OUT = (
    "the dependencies come from where uv gets packages on this machine: see its UV_* variables and uv.toml"
)


class Environment:
    """A virtual environment of its own, without the repository, without pip."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        run(
            [find_uv_bin(), "venv", "--quiet", "--no-project", "--python", sys.executable, folder],
            cwd=folder.parent,
            env=sparse_environment("UV_"),
            refused="No virtual environment could be made:",
            way_out="check the disk and the Python that runs this script",
        )

    def install(self, requirements: Sequence[str]) -> None:
        """Install from where this machine gets its packages."""
        run(
            [find_uv_bin(), "pip", "install", "--quiet", "--python", self.python, *requirements],
            cwd=self.folder,
            env=sparse_environment("UV_"),
            refused="The wheel, or what it depends on, cannot be installed:",
            way_out=_PACKAGES_WAY_OUT,
        )

    def install_from_index(
        self, requirements: str, *, settings: Mapping[str, str], secrets: Sequence[str], way_out: str
    ) -> None:
        """Install a requirements file's text with pip from one index, no other source, no dependencies.

        `settings` are pip's variables (PIP_INDEX_URL, PIP_CERT, …). They go by the environment and not by the
        command line, since every user of a machine sees command lines. No configuration file is read.
        """
        listed = self.folder / "requirements.txt"
        listed.write_text(requirements, encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "--python", str(self.python)]
        install = [
            "install",
            "--no-deps",
            "--no-cache-dir",
            "--no-input",
            "--only-binary=:all:",
            "--require-hashes",
        ]
        run(
            [*pip, *install, "-r", listed],
            cwd=self.folder,
            env=sparse_environment(
                PIP_CONFIG_FILE="/dev/null" if sys.platform != "win32" else "nul",
                PIP_DISABLE_PIP_VERSION_CHECK="1",
                **settings,
            ),
            refused="pip cannot install the release from the index:",
            way_out=way_out,
            secrets=secrets,
        )

    def run(self, *arguments: str | Path, refused: str, way_out: str) -> str:
        """Run this environment's Python, apart from the caller's variables, folder and proxies."""
        variables = sparse_environment(PYTHONDONTWRITEBYTECODE="1")
        return run(
            [self.python, "-I", *arguments],
            cwd=self.folder,
            env={name: value for name, value in variables.items() if not name.lower().endswith("_proxy")},
            refused=refused,
            way_out=way_out,
        )
