"""The marker `egp_cassette`, in test runs of its own: recorded once, then played, in parallel too."""

import os
import re
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from egp.testing import Server

OURS = re.compile("CI$|PYTEST|(EGP|SGP|OPENAI)_")
TESTS = """
import egp
import pytest

UPSTREAM = {upstream!r}


def ask(said, **options):
    with egp.Client() as client:
        completion = client.chat.completions.create(
            model="openai/gpt-4o", messages=[{{"role": "user", "content": said}}], **options
        )
    return completion.choices[0].message.content


@pytest.mark.egp_cassette(upstream=UPSTREAM)
@pytest.mark.parametrize("number", range(12))
def test_answers(number):
    assert ask(f"number {{number}}") == f"You said: number {{number}}"
    assert ask("the same") == "You said: the same"


@pytest.mark.egp_cassette("cassettes/shared.jsonl", upstream=UPSTREAM)
class TestNamed:
    def test_fixture(self, egp_cassette):
        assert ask("named") == "You said: named"
        assert [request.json["messages"][0]["content"] for request in egp_cassette.requests] == ["named"]


def test_without_the_marker():
    import os
    assert "OPENAI_BASE_URL" not in os.environ
"""


@pytest.fixture(scope="module")
def run_in():
    """Run pytest in a folder; give the outcomes by the name of the test, and what was printed."""
    # Without the plugins of the environment, which take most of the time.
    environment = {name: value for name, value in os.environ.items() if not OURS.match(name)}
    environment |= {"EGP_API_KEY": "sk-real-0123456789", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-rA", "-W", "error", "--strict-markers"]
    command += ["-p", "no:cacheprovider", "-p", "egp.testing.plugin"]

    def run_in(folder, *arguments, **variables):
        done = subprocess.run(
            [*command, *arguments],
            cwd=folder,
            env={**environment, **variables},
            capture_output=True,
            text=True,
            timeout=100,
        )
        found = re.findall(r"^(PASSED|FAILED|ERROR) test_inner.py::(\S+)", done.stdout, re.MULTILINE)
        return {name: outcome for outcome, name in found}, done.stdout

    return run_in


@pytest.fixture(scope="module")
def service():
    with Server() as server:
        yield server


@pytest.fixture(scope="module")
def original(run_in, service, tmp_path_factory):
    """A folder with the tests, and with their cassettes as the first run recorded them."""
    folder = tmp_path_factory.mktemp("original")
    (folder / "test_inner.py").write_text(TESTS.format(upstream=service.url))
    outcomes, output = run_in(folder, "--egp-record=missing")
    assert set(outcomes.values()) == {"PASSED"}, output
    return folder


@pytest.fixture
def recorded(original, tmp_path):
    """A copy of the recorded tests, for a test to change."""
    return shutil.copytree(original, tmp_path / "copy")


@pytest.fixture
def run(recorded, run_in):
    """Run the copy of the tests."""
    return partial(run_in, recorded)


def test_tests_are_recorded_once_each_into_a_cassette_of_its_own(recorded, run, service):
    cassettes = sorted(path.relative_to(recorded).as_posix() for path in recorded.rglob("*.jsonl"))
    asked = len(service.requests)

    outcomes, _ = run("--egp-record=missing")

    expected = [f"cassettes/test_inner/test_answers-{number}.jsonl" for number in range(12)]
    assert cassettes == sorted([*expected, "cassettes/shared.jsonl"])
    assert set(outcomes.values()) == {"PASSED"}
    assert len(service.requests) == asked


def test_cassettes_are_played_without_the_service_and_without_a_key(run, service):
    asked = len(service.requests)

    outcomes, _ = run(EGP_API_KEY="")

    assert len(outcomes) == 14
    assert set(outcomes.values()) == {"PASSED"}
    assert len(service.requests) == asked


@pytest.mark.parametrize("mode", ["none", "all"])
def test_cassettes_are_played_and_recorded_by_four_processes(run, recorded, mode):
    _, output = run("-p", "xdist", "--numprocesses=4", f"--egp-record={mode}")

    assert "14 passed" in output
    assert len([*recorded.rglob("*.jsonl")]) == 13
    assert len([*recorded.rglob("*.recording")]) == 0


def test_no_key_is_in_any_cassette(recorded):
    assert not [path for path in recorded.rglob("*.jsonl") if "sk-real" in path.read_text()]


def test_a_request_that_differs_fails_the_test_with_a_diff(recorded, run):
    file = recorded / "test_inner.py"
    file.write_text(file.read_text().replace('f"number {number}") ==', 'f"Number {number}") =='))

    outcomes, output = run("-k", "test_answers and 3")

    assert outcomes == {"test_answers[3]": "FAILED"}
    assert re.search(r"-\s+\"content\": \"number 3\"", output)
    assert re.search(r"\+\s+\"content\": \"Number 3\"", output)


def test_a_swallowed_error_fails_the_test_all_the_same(recorded, run):
    file = recorded / "test_inner.py"
    lines = 'import contextlib\n    with contextlib.suppress(Exception):\n        ask("never recorded")\n    '
    text = file.read_text()
    file.write_text(text.replace("    assert ask(f", f"    {lines}assert ask(f"))

    outcomes, output = run("-k", "test_answers and 3")

    assert outcomes == {"test_answers[3]": "FAILED"}
    assert "No recording in" in output


def test_a_recording_that_is_not_used_fails_the_test(recorded, run):
    file = recorded / "test_inner.py"
    file.write_text(file.read_text().replace('    assert ask("the same") == "You said: the same"\n', ""))

    outcomes, output = run("-k", "test_answers and 3")

    assert outcomes == {"test_answers[3]": "FAILED"}
    assert "1 of 2 recordings in" in output


def test_a_missing_cassette_says_how_to_record_it(recorded, run):
    (recorded / "cassettes" / "shared.jsonl").unlink()

    outcomes, output = run("-k", "TestNamed")

    assert outcomes == {"TestNamed::test_fixture": "ERROR"}
    assert "pytest --egp-record=missing" in output


def test_ci_records_nothing_unless_asked_for(recorded, run):
    refused, output = run("-k", "TestNamed", "--egp-record=all", CI="true")
    asked_for, _ = run("-k", "TestNamed", "--egp-record=all", CI="true", EGP_RECORD_IN_CI="1")

    assert refused == {"TestNamed::test_fixture": "ERROR"}
    assert "Recording is off in CI" in output
    assert asked_for == {"TestNamed::test_fixture": "PASSED"}


def test_a_misspelt_argument_of_the_marker_is_an_error(recorded, run):
    file = recorded / "test_inner.py"
    file.write_text(file.read_text().replace('cassettes/shared.jsonl", upstream', 'c.jsonl", upstraem'))

    _, output = run("-k", "TestNamed")

    assert "upstraem" in output
    assert "@pytest.mark.egp_cassette:" in output


def test_the_example_of_the_page_is_recorded_and_played(tmp_path, run_in):
    page = (Path(__file__).parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python notest\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "test_inner.py").write_text(example, encoding="utf-8")
    name = "test_the_capital_of_france"

    with Server() as service:
        service.reply("Paris.")
        recorded, _ = run_in(tmp_path, "--egp-record=missing", EGP_BASE_URL=service.url)
    played, output = run_in(tmp_path)

    assert (recorded, played) == ({name: "PASSED"}, {name: "PASSED"}), output
    assert (tmp_path / f"cassettes/test_inner/{name}.jsonl").is_file()
