"""scripts/regenerate, as people and programs call it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tools.compiler import baseline, cli
from tools.compiler.cli import main
from tools.compiler.emit import Emitted

OLD = """\
openapi: 3.1.0
info: {title: A, version: 1.0.0}
paths: {}
components: {schemas: {M: {type: object}}}
"""
NEW = OLD.replace("{type: object}", "{type: object, properties: {a: {type: string}}}")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two documents, which is also the caller's; compilations take no time."""

    def write(package: Path, document: object, *_: object) -> Emitted:
        (package / "openapi.yaml").write_bytes(document.source)  # type: ignore[attr-defined]
        return Emitted((), (), ())

    monkeypatch.setattr(cli, "compile_into", write)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.yaml").write_text(OLD)
    (tmp_path / "new.yaml").write_text(NEW)
    return tmp_path


def test_changes_are_told_from_the_package_that_is_replaced(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["--spec", "old.yaml", "--output", "out"]) == 0
    capfd.readouterr()

    status = main(["--spec", "new.yaml", "--output", "out"])

    said = capfd.readouterr().out
    assert status == 0
    assert "M.a" in said
    assert "version step: minor" in said


def test_the_report_is_written_as_json(folder: Path) -> None:
    status = main(["--spec", "new.yaml", "--output", "out", "--against", "old.yaml", "--report", "r.json"])

    report = json.loads((folder / "r.json").read_text())
    assert status == 0
    assert report["step"] == "minor"
    assert [(change["where"], change["breaking"]) for change in report["changes"]] == [("M.a", False)]


def test_a_check_reports_too(folder: Path) -> None:
    status = main(
        ["--spec", "new.yaml", "--output", "out", "--against", "old.yaml", "--report", "r.json", "--check"]
    )

    assert status == 1
    assert json.loads((folder / "r.json").read_text())["step"] == "minor"
    assert not (folder / "out").exists()


def test_the_same_bytes_are_no_change(folder: Path) -> None:
    main(["--spec", "new.yaml", "--output", "out", "--against", "new.yaml", "--report", "r.json"])

    assert json.loads((folder / "r.json").read_text()) == {"step": "none", "changes": []}


def test_a_report_without_anything_to_compare_with_is_refused(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baseline, "found", lambda *_: None)

    status = main(["--spec", "new.yaml", "--output", "out", "--report", "r.json"])

    assert status == 1
    assert "Name one with --against." in capfd.readouterr().err
    assert not (folder / "out").exists()


@pytest.mark.parametrize("place", ["none/r.json", "."])
def test_a_report_that_has_no_place_is_refused_before_anything_is_written(
    folder: Path, capfd: pytest.CaptureFixture[str], place: str
) -> None:
    status = main(["--spec", "new.yaml", "--output", "out", "--against", "old.yaml", "--report", place])

    assert status == 1
    assert "the report cannot be written to this place" in capfd.readouterr().err
    assert not (folder / "out").exists()


def test_a_package_within_a_package_is_refused(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    package = folder / "out" / "egp_api"
    package.mkdir(parents=True)
    for name in ("openapi.yaml", "__init__.py", "py.typed"):
        (package / name).touch()

    status = main(["--spec", "new.yaml", "--output", "out/egp_api"])

    assert status == 1
    assert "out/egp_api: is a generated package itself" in capfd.readouterr().err
    assert not (package / "egp_api").exists()


def test_files_that_go_away_are_named(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    main(["--spec", "old.yaml", "--output", "out"])
    (folder / "out" / "egp_api" / "notes.txt").touch()
    capfd.readouterr()

    main(["--spec", "old.yaml", "--output", "out"])

    assert "removed notes.txt" in capfd.readouterr().out


def test_an_old_document_that_cannot_be_read_is_refused_only_if_it_was_asked_for(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.yaml").write_text("a: [")

    status = main(["--spec", "new.yaml", "--output", "out", "--against", "bad.yaml"])

    assert status == 1
    assert capfd.readouterr().err.startswith("bad.yaml:1: not YAML")


def test_what_users_have_is_what_is_committed_however_often_one_compiles(folder: Path) -> None:
    package = folder / "generated" / "egp_api"
    package.mkdir(parents=True)
    (package / "openapi.yaml").write_text(OLD)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
        subprocess.run([*git, *command], cwd=folder, check=True, capture_output=True)
    (package / "openapi.yaml").write_text(NEW)

    found = baseline.found(package, package)

    assert found is not None
    assert found.source == OLD.encode()


def test_outside_of_git_it_is_what_is_on_disk(folder: Path) -> None:
    package = folder / "generated" / "egp_api"
    package.mkdir(parents=True)
    (package / "openapi.yaml").write_text(OLD)

    found = baseline.found(folder / "elsewhere" / "egp_api", package)

    assert found is not None
    assert found.source == OLD.encode()


def test_a_package_of_another_name_is_not_compared_with_ours(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "config.yaml").write_text("package_name_override: shop_api\n")

    status = main(["--spec", "new.yaml", "--config", "config.yaml", "--output", "out"])

    assert status == 0
    assert "There is no earlier document to compare with." in capfd.readouterr().out


@pytest.mark.parametrize("arguments", [["--spce", "x"], ["--check=yes"], ["surplus"]])
def test_wrong_usage_has_an_exit_code_of_its_own(
    arguments: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)

    assert caught.value.code == 2
    assert "usage: regenerate" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--spec", "none.yaml"], "none.yaml: cannot be read: No such file or directory"),
        (["--config", "none.yaml"], "none.yaml: cannot be read: No such file or directory"),
        (
            ["--spec", "new.yaml", "--against", "none.yaml"],
            "none.yaml: cannot be read: No such file or directory",
        ),
        (["--spec", "."], "cannot be read: Is a directory"),
        (["--spec", "new.yaml", "--output", "old.yaml"], "old.yaml"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    folder: Path, capfd: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    status = main(["--output", "out", *arguments])

    said = capfd.readouterr().err
    assert status == 1
    assert message in said
    assert "Traceback" not in said
    assert sorted(path.name for path in folder.iterdir()) == ["new.yaml", "old.yaml"]


def test_a_fault_of_the_compiler_itself_is_said_in_a_line(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("surprise")

    monkeypatch.setattr(cli, "prepare", fail)

    status = main(["--spec", "new.yaml", "--output", "out"])

    said = capfd.readouterr().err
    assert status == 1
    assert "the compiler failed on this document (KeyError: 'surprise')" in said
    assert "Traceback" not in said
