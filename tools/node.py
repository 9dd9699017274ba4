"""Command-line tools from npm, each pinned, and installed once into a folder of its own.

    python -m tools.node FOLDER PACKAGE@VERSION COMMAND [ARGUMENT …]

Where there is no Node to run them, it says so and succeeds: nobody needs Node to work on this project.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (20, 19)


class NodeMissingError(Exception):
    """There is no Node, or only one that the tools do not run on."""


def install(folder: Path, package: str) -> Path:
    """Installs `package`, a name and its exact version, and returns the folder of its commands.

    A second call finds it there. Raises NodeMissingError where it could not run.
    """
    npm = _npm()
    home = folder / re.sub(r"\W+", "-", package).strip("-")
    commands = home / "node_modules" / ".bin"
    if not commands.is_dir():
        home.mkdir(parents=True, exist_ok=True)
        # No package's own code runs at installation; ours need none to.
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--loglevel=error"]
        subprocess.run(
            [npm, "install", *options, "--prefix", str(home), package], check=True, stdout=subprocess.DEVNULL
        )
    return commands


def _npm() -> str:
    node, npm = shutil.which("node"), shutil.which("npm")
    wanted = "Node {}.{} or later, with npm,".format(*OLDEST)
    if node is None or npm is None:
        raise NodeMissingError(f"{wanted} is not on PATH")
    version = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    found = re.match(r"v(\d+)\.(\d+)", version)
    if found is None or (int(found[1]), int(found[2])) < OLDEST:
        raise NodeMissingError(f"{wanted} is needed; this is {version}")
    return npm


def main(folder: str, package: str, command: str, *arguments: str) -> int:
    """Run a command of a package, installing it first where need be; return its exit code."""
    try:
        commands = install(Path(folder), package)
    except NodeMissingError as error:
        print(f"Skipped {command}: {error}.")
        return 0
    except subprocess.CalledProcessError as error:
        print(f"{command} was not run: npm could not install {package} (exit {error.returncode}).")
        return 1
    return subprocess.run([commands / command, *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
