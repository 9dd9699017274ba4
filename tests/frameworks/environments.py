"""One environment for each framework, because their requirements contradict each other.

All pins of frameworks are here, except those that pyproject.toml has. An environment is made when a test
first needs it, and kept.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tools import node

ROOT = Path(__file__).parents[2]
_GROUPS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]


def _pinned(name: str) -> str:
    """Return the pin of a package that pyproject.toml has."""
    pins = (pin for group in _GROUPS.values() for pin in group)
    return next(str(pin) for pin in pins if str(pin).startswith(f"{name}=="))


_OPENAI = _pinned("openai")
REQUIREMENTS = {
    "openai": [_OPENAI],
    "scale-gp-beta": ["scale-gp-beta==0.7.0"],
    "langchain": ["langchain-openai==1.7.4", _pinned("langchain-core")],
    # Apart from our own tests: they demand an older vcrpy.
    "langchain-tests": ["langchain-tests==1.1.9", _pinned("langchain-core"), _pinned("pytest-timeout")],
    "llama-index": ["llama-index-llms-openai-like==0.8.1"],
    "pydantic-ai": ["pydantic-ai-slim[openai]==2.68.0"],
    "instructor": ["instructor==1.17.0"],
    "litellm": ["litellm==1.110.2"],
    "dspy": ["dspy==3.4.1"],
    "openai-agents": ["openai-agents==0.24.0"],
    "inspect-ai": ["inspect-ai==0.3.285", _OPENAI],
}
OPENAI_FOR_NODE = "openai@6.30.1"  # the last that runs on Node before 22


def python_with(framework: str) -> Path:
    """Return the interpreter of an environment that has the framework, and egp-client as it is in the tree.

    The test is skipped where no folder is given for environments: `tox -e frameworks` gives one.
    """
    folder = _folder() / framework
    python = folder / "bin" / "python"
    stamp = folder / "requirements.txt"
    extras = "[testing]" if framework == "langchain-tests" else ""
    requirements = [*REQUIREMENTS[framework], "--editable", f"{ROOT}{extras}"]
    wanted = "\n".join([sys.version, *requirements])
    if not stamp.exists() or stamp.read_text() != wanted:
        _run("uv", "venv", "--quiet", "--clear", "--python", sys.executable, folder)
        _run("uv", "pip", "install", "--quiet", "--python", python, *requirements)
        stamp.write_text(wanted)
    return python


def node_with_openai() -> Path:
    """Return a folder in which Node finds the package openai; skip the test where there is no Node."""
    try:
        commands = node.install(_folder() / "node", OPENAI_FOR_NODE)
    except node.NodeMissingError as error:
        pytest.skip(str(error))
    return commands.parent.parent


def _folder() -> Path:
    folder = os.environ.get("EGP_FRAMEWORKS")
    if folder is None:
        pytest.skip("frameworks are installed by tox -e frameworks")
    return Path(folder)


def _run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT)
