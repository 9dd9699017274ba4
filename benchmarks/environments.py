"""One environment for each client, so that no client pays for another's dependencies.

(rich alone, where it is installed, adds to the import of httpx.)
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.measure import ROOT

# The versions that were measured; a newer peer is a new measurement.
REQUIREMENTS = {
    "plain": ["httpx==0.28.1"],
    "httpx2": ["httpx2==2.16.2"],
    "aiohttp": ["aiohttp==3.14.5"],
    "openai": ["openai==3.54.0"],
    "scale": ["scale-gp-beta==0.7.0", "httpx==0.28.1"],
    "stock": ["httpx==0.28.1", "attrs==26.1.0", "python-dateutil==2.9.0.post0"],
    "egp": ["httpx==0.28.1", "attrs==26.1.0", "python-dateutil==2.9.0.post0"],
    "fast": ["httpx==0.28.1", "attrs==26.1.0", "python-dateutil==2.9.0.post0"],
}


def make(folder: Path) -> dict[str, str]:
    """Makes what is missing below `folder` and builds the wheel anew; returns each client's Python."""
    wheel = _build_wheel(folder / "wheel")
    return {client: _make_one(folder / client, client, wheel) for client in REQUIREMENTS}


def _run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT)


def _build_wheel(folder: Path) -> Path:
    for old in folder.glob("*.whl"):
        old.unlink()
    _run("uv", "build", "--quiet", "--wheel", "--out-dir", folder)
    return next(folder.glob("*.whl"))


def _make_one(folder: Path, client: str, wheel: Path) -> str:
    python = folder / "bin" / "python"
    stamp = folder / "requirements.txt"
    wanted = "\n".join(REQUIREMENTS[client])
    if not stamp.exists() or stamp.read_text() != wanted:
        _run("uv", "venv", "--quiet", "--clear", "--python", sys.executable, folder)
        _run(
            "uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", python, *REQUIREMENTS[client]
        )
        stamp.write_text(wanted)
    if client in {"egp", "fast"}:
        extra = "[fast]" if client == "fast" else ""
        _run("uv", "pip", "uninstall", "--quiet", "--python", python, "egp-client")
        _run(
            "uv",
            "pip",
            "install",
            "--quiet",
            "--compile-bytecode",
            "--python",
            python,
            f"egp-client{extra} @ {wheel.as_uri()}",
        )
    if client == "stock":
        _generate_stock(folder)
    return str(python)


def _generate_stock(folder: Path) -> None:
    (site_packages,) = folder.glob("lib/python3.*/site-packages")
    package = site_packages / "stock_api"
    _run(
        *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--overwrite"),
        *("--path", ROOT / "openapi.yaml", "--output-path", package),
    )
    _run(folder / "bin" / "python", "-m", "compileall", "-q", package)
