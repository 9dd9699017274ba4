"""What `tox -e lint` must refuse: each breach is made in a copy of the tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what the lint environment reads."""
    for name in ("src", "generated", "scripts"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def run(copy: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(copy / "src"), str(copy / "generated")]),
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    }
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)


def lint_imports(copy: Path) -> subprocess.CompletedProcess[str]:
    return run(copy, BIN / "lint-imports", "--no-cache")


def unasync(copy: Path) -> subprocess.CompletedProcess[str]:
    return run(copy, sys.executable, "scripts/unasync", "--check")


def test_the_tree_as_it_is_passes(copy: Path) -> None:
    assert lint_imports(copy).returncode == 0
    assert unasync(copy).returncode == 0


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("errors.py", "egp._core.clock"),
        ("_core/pool.py", "egp._io.deadline"),
        ("_io/deadline.py", "egp._requests"),
        ("_io/deadline.py", "egp._async.client"),
        ("_requests.py", "egp._async.session"),
        ("_requests.py", "egp._responses"),
        ("_client.py", "egp.testing"),
        ("_async/session.py", "egp._sync.session"),
    ],
)
def test_an_import_of_a_module_above_is_refused(copy: Path, module: str, imported: str) -> None:
    path = copy / "src/egp" / module
    path.write_text(f"{path.read_text()}\n\ndef _up() -> None:\n    import {imported}\n")

    linted = lint_imports(copy)

    assert linted.returncode != 0
    assert imported.rpartition(".")[0] in linted.stdout


def test_the_generated_package_may_import_nothing_of_ours(copy: Path) -> None:
    path = copy / "generated/egp_api/types.py"
    path.write_text(f"{path.read_text()}\nimport egp.errors\n")

    assert lint_imports(copy).returncode != 0


def test_a_module_that_no_layer_names_is_refused(copy: Path) -> None:
    (copy / "src/egp/somewhere.py").write_text('"""Nothing."""\n')

    assert lint_imports(copy).returncode != 0


@pytest.mark.parametrize("name", ["_sync/client.py", "_io/_sync/engine.py"])
def test_a_sync_file_that_was_edited_by_hand_is_refused(copy: Path, name: str) -> None:
    path = copy / "src/egp" / name
    path.write_text(path.read_text() + "\n# by hand\n")

    checked = unasync(copy)

    assert checked.returncode == 1
    assert f"src/egp/{name}" in checked.stderr


def test_a_sync_file_that_is_missing_is_refused_and_made(copy: Path) -> None:
    path = copy / "src/egp/_sync/stream.py"
    text = path.read_text()
    path.unlink()

    assert unasync(copy).returncode == 1
    assert run(copy, sys.executable, "scripts/unasync").returncode == 0
    assert path.read_text() == text


def test_a_sync_file_that_nothing_gives_is_refused(copy: Path) -> None:
    (copy / "src/egp/_sync/orphan.py").write_text('"""Nothing."""\n')

    assert "orphan.py" in unasync(copy).stderr
