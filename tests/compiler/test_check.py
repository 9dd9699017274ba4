"""scripts/regenerate --check: writes nothing, names every file that is missing, extra or changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tools.compiler.cli import main

DOCUMENT = """\
openapi: 3.1.0
info: {title: Small, version: 1.0.0}
paths:
  /x:
    get:
      operationId: op
      responses:
        200: {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/M'}}}}
components:
  schemas:
    M: {type: object, properties: {a: {type: string}}}
"""


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a document and the package that was made from it."""
    folder = tmp_path_factory.mktemp("check")
    (folder / "spec.yaml").write_text(DOCUMENT)
    assert main(["--spec", str(folder / "spec.yaml"), "--output", str(folder / "out")]) == 0
    return folder


def snapshot(folder: Path) -> dict[str, tuple[bytes | None, int]]:
    return {
        str(path.relative_to(folder)): (
            path.read_bytes() if path.is_file() else None,
            path.stat().st_mtime_ns,
        )
        for path in folder.rglob("*")
    }


@pytest.fixture
def check(compiled: Path, capfd: pytest.CaptureFixture[str]) -> Callable[[], tuple[int, list[str]]]:
    """Runs --check, which writes nothing; returns the exit code and the lines that it prints."""

    def check() -> tuple[int, list[str]]:
        before = snapshot(compiled)
        capfd.readouterr()
        status = main(["--spec", str(compiled / "spec.yaml"), "--output", str(compiled / "out"), "--check"])
        assert snapshot(compiled) == before
        return status, capfd.readouterr().out.splitlines()

    return check


def test_a_package_that_is_up_to_date_passes(check: Callable[[], tuple[int, list[str]]]) -> None:
    status, lines = check()

    assert status == 0
    assert "The package is up to date." in lines


def test_what_python_caches_does_not_count(
    compiled: Path, check: Callable[[], tuple[int, list[str]]]
) -> None:
    cache = compiled / "out" / "egp_api" / "models" / "__pycache__"
    cache.mkdir()
    (cache / "m.cpython-311.pyc").write_bytes(b"x")

    status, _ = check()

    assert status == 0


def test_every_kind_of_difference_is_named(
    compiled: Path, check: Callable[[], tuple[int, list[str]]]
) -> None:
    package = compiled / "out" / "egp_api"
    original = (package / "models" / "m.py").read_bytes()
    lines = original.splitlines(keepends=True)
    (package / "models" / "m.py").write_bytes(b"".join([*lines[:2], b"# by hand\n", *lines[2:]]))
    client = (package / "client.py").read_bytes()
    (package / "client.py").unlink()
    (package / "models" / "added.py").touch()

    status, said = check()

    (package / "models" / "m.py").write_bytes(original)
    (package / "client.py").write_bytes(client)
    (package / "models" / "added.py").unlink()
    assert status == 1
    assert said[:3] == ["missing client.py", "extra   models/added.py", "changed models/m.py:3"]


def test_a_byte_more_at_the_end_is_a_change(
    compiled: Path, check: Callable[[], tuple[int, list[str]]]
) -> None:
    target = compiled / "out" / "egp_api" / "py.typed"
    target.write_bytes(b"\n")

    status, said = check()

    target.write_bytes(b"")
    assert (status, said[0]) == (1, "changed py.typed:1")


def test_a_document_that_changed_is_noticed(
    compiled: Path, check: Callable[[], tuple[int, list[str]]]
) -> None:
    (compiled / "spec.yaml").write_text(f"{DOCUMENT}# a comment\n")

    status, said = check()

    (compiled / "spec.yaml").write_text(DOCUMENT)
    assert status == 1
    assert any(line.startswith("changed openapi.yaml:") for line in said)


def test_a_package_that_is_not_there_is_missing_file_by_file(
    compiled: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    status = main(["--spec", str(compiled / "spec.yaml"), "--output", str(tmp_path / "none"), "--check"])

    assert status == 1
    assert "missing __init__.py" in capfd.readouterr().out
    assert not (tmp_path / "none").exists()
