"""generator-config.yaml: what is not supported is refused, with its line and what may have been meant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.compiler.conftest import api_document
from tools.compiler import config
from tools.compiler.cli import ROOT, main
from tools.compiler.errors import CompileError, Finding


def problem_of(folder: Path, text: str) -> Finding:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CompileError) as caught:
        config.load(path)
    return caught.value.problems[0]


@pytest.mark.parametrize("option", sorted(config._OPTIONS))
def test_a_misspelt_option_is_answered_with_the_right_one(tmp_path: Path, option: str) -> None:
    misspelt = option[:-2] + option[-1]

    problem = problem_of(tmp_path, f"# options\n{misspelt}: true\n")

    assert problem.message == f"there is no option {misspelt!r}"
    assert problem.remedy == f"Did you mean {option}?"
    assert problem.line == 2


@pytest.mark.parametrize("option", sorted(config._REFUSED))
def test_an_option_that_the_compiler_does_not_support_is_refused(tmp_path: Path, option: str) -> None:
    problem = problem_of(tmp_path, f"{option}: true\n")

    assert problem.message.startswith(f"the option {option} is not supported: ")


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("literal_enums: 'true'\n", "the option literal_enums takes true or false", 1),
        ("literal_enums: false\n", "literal_enums must be true", 1),
        ("field_prefix: 1\n", "the option field_prefix takes text", 1),
        ("field_prefix: a-b\n", "'a-b' cannot be a name in Python", 1),
        ("package_name_override: class\n", "'class' cannot be a name in Python", 1),
        ("package_name_override: ../up\n", "'../up' cannot be a name in Python", 1),
        ("class_overrides:\n  A:\n    clas_name: B\n", "a class override has no 'clas_name'", 3),
        ("class_overrides:\n  A:\n    class_name: 'B C'\n", "'B C' cannot be a name in Python", 3),
        ("class_overrides: [A]\n", "the option class_overrides takes a mapping", 1),
        ("content_type_overrides: {a/b: 1}\n", "the content type a/b is overridden", 1),
        ("- literal_enums\n", "the options must be a mapping", None),
        ("literal_enums: true\nliteral_enums: true\n", "is here a second time", 2),
        ("literal_enums: [\n", "not YAML", 1),
    ],
)
def test_a_wrong_value_is_refused(tmp_path: Path, text: str, message: str, line: int | None) -> None:
    problem = problem_of(tmp_path, text)

    assert message in problem.message
    assert problem.line == line or line is None


def test_the_message_names_the_file_of_the_options_not_the_document(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text("\nliteral_enum: true\n")

    status = main(["--config", "config.yaml", "--output", "out"])

    assert status == 1
    assert capfd.readouterr().err == (
        "config.yaml:2: there is no option 'literal_enum'\n  Did you mean literal_enums?\n"
    )
    assert not (tmp_path / "out").exists()


def test_our_own_options_are_supported() -> None:
    settings = config.load(ROOT / "generator-config.yaml")

    assert (settings.package_name_override, settings.literal_enums) == ("egp_api", True)


def test_a_body_is_written_as_the_media_type_that_it_is_taken_for(tmp_path: Path) -> None:
    upload = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
    content = {
        "application/x-form": {"schema": {"$ref": "#/components/schemas/Upload"}},
        "application/x-record": {"schema": {}},
    }
    responses = {"200": {"description": ""}}
    operation = {"operationId": "send", "requestBody": {"content": content}, "responses": responses}
    document = api_document({"Upload": upload}, {"/x": {"post": operation}})
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    (tmp_path / "config.yaml").write_text(
        "content_type_overrides:\n"
        "  application/x-form: multipart/form-data\n"
        "  application/x-record: application/json\n"
    )
    folder = str(tmp_path)

    status = main(
        ["--spec", f"{folder}/openapi.json", "--config", f"{folder}/config.yaml", "--output", folder]
    )

    package = tmp_path / "egp_api"
    sent = (package / "api" / "default" / "send.py").read_text()
    assert status == 0
    assert '_kwargs["files"] = _serialization.multipart(body)' in sent
    assert '_kwargs["json"] = _types.encode(body)' in sent
    assert "file: File | None = ABSENT" in (package / "models" / "upload.py").read_text()
