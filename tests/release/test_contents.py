"""What the wheel may hold and what its metadata must say."""

import zipfile

import pytest

from tools.release.contents import check_wheel
from tools.release.errors import Refusal

METADATA = """\
Metadata-Version: 2.4
Name: egp-client
Version: 0.1.0
Summary: An SDK
Author: Its maintainers
Project-URL: Documentation, https://docs.example
License-Expression: MIT
License-File: LICENSE
Keywords: sdk
Classifier: Typing :: Typed
Requires-Python: >=3.11
Requires-Dist: httpx
Provides-Extra: testing
Description-Content-Type: text/markdown

# egp-client
"""
INFO = "egp_client-0.1.0.dist-info"
GOOD = {
    "egp/__init__.py": "",
    "egp/_version.py": "",
    "egp/_core/sse.py": "",
    "egp/py.typed": "",
    "egp/testing/__init__.py": "",
    "egp_api/__init__.py": "",
    "egp_api/models/chat_completion.py": "",
    "egp_api/openapi.yaml": "openapi: 3.1.0\n",
    "egp_api/py.typed": "",
    f"{INFO}/METADATA": METADATA,
    f"{INFO}/WHEEL": "",
    f"{INFO}/RECORD": "",
    f"{INFO}/entry_points.txt": "",
    f"{INFO}/licenses/LICENSE": "MIT",
}


@pytest.fixture
def check(tmp_path):
    """Check a wheel that holds the good files, changed."""

    def run(**changes):
        files = GOOD | changes.get("files", {})
        wheel = tmp_path / "egp_client-0.1.0-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for name, text in files.items():
                if name not in changes.get("without", ()):
                    archive.writestr(name, text)
        return check_wheel(wheel, version="0.1.0", contract=changes.get("contract", b"openapi: 3.1.0\n"))

    return run


def test_a_wheel_with_what_users_need_passes(check):
    assert "14 files" in check()


@pytest.mark.parametrize(
    "name",
    [
        "egp/py.typed",
        "egp_api/py.typed",
        "egp_api/openapi.yaml",
        "egp_api/__init__.py",
        "egp/testing/__init__.py",
        f"{INFO}/licenses/LICENSE",
    ],
)
def test_a_missing_file_is_named(check, name):
    with pytest.raises(Refusal, match=f"missing: {name}"):
        check(without=[name])


@pytest.mark.parametrize(
    "name",
    [
        "tests/test_chat.py",
        "tools/release/cli.py",
        "templates/model.py.jinja",
        "egp/_core/__pycache__/sse.cpython-311.pyc",
        "egp/.env",
        "egp_api/models/model.py.orig",
        "egp_api/notes.md",
        "openapi.yaml",
        "egp_client-0.1.0.data/scripts/egp",
    ],
)
def test_a_file_that_users_do_not_need_is_named(check, name):
    with pytest.raises(Refusal, match=f"should not be in it: {name}"):
        check(files={name: ""})


@pytest.mark.parametrize(
    "field",
    ["Requires-Python", "License-Expression", "Project-URL", "Keywords", "Classifier", "Provides-Extra"],
)
def test_metadata_that_is_not_there_is_named(check, field):
    lines = [line for line in METADATA.splitlines() if not line.startswith(f"{field}:")]

    with pytest.raises(Refusal, match=f"missing: {field}"):
        check(files={f"{INFO}/METADATA": "\n".join(lines)})


def test_an_empty_description_is_named(check):
    with pytest.raises(Refusal, match="README"):
        check(files={f"{INFO}/METADATA": METADATA.partition("\n\n")[0] + "\n\n"})


def test_another_contract_than_that_of_the_repository_is_refused(check):
    with pytest.raises(Refusal, match=r"is not the openapi\.yaml of the repository"):
        check(contract=b"openapi: 3.1.1\n")
