"""Child processes: what they see, and what is shown of them."""

import sys

import pytest

from tools.release.errors import Refusal
from tools.release.process import run, sparse_environment


def python(code, tmp_path, **options):
    return run([sys.executable, "-c", code], cwd=tmp_path, refused="It failed:", way_out="mend it", **options)


def test_the_output_of_a_child_is_returned(tmp_path):
    assert python("print('done')", tmp_path) == "done\n"


def test_a_child_that_fails_is_a_refusal_with_the_end_of_its_output(tmp_path):
    with pytest.raises(Refusal) as refused:
        python("import sys; print(*range(99), sep='\\n'); sys.exit(3)", tmp_path)

    assert refused.value.problem.splitlines()[0] == "It failed:"
    assert refused.value.problem.splitlines()[-1] == "    98"
    assert len(refused.value.problem.splitlines()) < 40
    assert refused.value.way_out == "mend it"


@pytest.mark.parametrize("status", [0, 1])
def test_secrets_are_hidden_in_what_a_child_says(tmp_path, status):
    try:
        said = python(f"print('the key is s3cret'); raise SystemExit({status})", tmp_path, secrets=["s3cret"])
    except Refusal as refusal:
        said = str(refusal)

    assert "s3cret" not in said
    assert "[hidden]" in said


def test_a_child_sees_no_credentials_and_no_index_of_its_caller(monkeypatch):
    for name in (
        "TWINE_PASSWORD",
        "EGP_API_KEY",
        "PIP_EXTRA_INDEX_URL",
        "PIP_FIND_LINKS",
        "PYTHONPATH",
        "UV_INDEX",
    ):
        monkeypatch.setenv(name, "x")

    seen = sparse_environment(PIP_INDEX_URL="https://pypi.corp/simple/")

    assert {name for name, value in seen.items() if value == "x"} == set()
    assert seen["PIP_INDEX_URL"] == "https://pypi.corp/simple/"


def test_a_child_may_be_given_the_variables_of_one_tool(monkeypatch):
    monkeypatch.setenv("UV_SYSTEM_CERTS", "x")
    monkeypatch.setenv("TWINE_PASSWORD", "x")

    seen = sparse_environment("UV_")

    assert seen["UV_SYSTEM_CERTS"] == "x"
    assert "TWINE_PASSWORD" not in seen
