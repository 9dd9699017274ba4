"""The same document, options and templates give the same bytes, wherever and however they are compiled."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tools.compiler import check
from tools.compiler.cli import ROOT, main


def test_another_folder_hash_seed_locale_time_zone_and_umask_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    # Settings of a stranger, where a tool that looks for settings would find them.
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\nline-length = 40\nindent-width = 2\n")
    (tmp_path / ".gitignore").write_text("*\n")
    (tmp_path / ".git").mkdir()
    environment = {
        **os.environ,
        "PYTHONHASHSEED": "4",
        "LC_ALL": "C",
        "TZ": "Asia/Tokyo",
        "PYTHONPATH": str(ROOT),
        "RUFF_CONFIG": str(tmp_path / "pyproject.toml"),
    }
    command = [sys.executable, "-P", "-m", "tools.compiler", "--spec", str(ROOT / "openapi.yaml")]

    subprocess.run(
        [*command, "--output", "build/there"],
        cwd=tmp_path,
        env=environment,
        umask=0o077,
        check=True,
        capture_output=True,
    )
    assert main(["--output", str(tmp_path / "here")]) == 0

    packages = [tmp_path / "build" / "there" / "egp_api", tmp_path / "here" / "egp_api"]
    modes = [{(path.name, path.stat().st_mode) for path in package.rglob("*.py")} for package in packages]
    assert check.compare(*packages) == []
    assert modes[0] == modes[1]


def test_what_is_written_names_no_place_of_this_machine(tmp_path: Path) -> None:
    assert main(["--output", str(tmp_path)]) == 0

    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]

    assert not any(str(place).encode() in text for text in written for place in (tmp_path, ROOT))
    assert not any(b"\r" in text for text in written)


def test_the_committed_package_is_what_the_contract_gives() -> None:
    assert main(["--check"]) == 0


def test_values_that_differ_in_nothing_but_case_have_one_order(compiled: Callable[..., Any]) -> None:
    package = compiled({"Choice": {"enum": ["auto", "b", "AUTO", "Auto"]}})

    text = (package.folder / "models" / "choice.py").read_text(encoding="utf-8")

    assert "Literal['AUTO', 'Auto', 'auto', 'b', ]" in text
