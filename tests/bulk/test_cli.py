"""`egp bulk`: stdout is clean, exit codes say what happened."""

import json
import subprocess
import sys

import pytest

from tests.bulk.conftest import envelope, lines
from tests.bulk.service import Answer


@pytest.fixture
def egp_bulk(service):
    def call(*arguments, stdin=""):
        return subprocess.run(
            [sys.executable, "-m", "egp.cli.bulk", *map(str, arguments)],
            capture_output=True,
            text=True,
            input=stdin,
            timeout=60,
        )

    return call


def test_a_run_writes_results_and_says_its_summary_on_stderr(egp_bulk, write, output):
    done = egp_bulk("run", write(20), "-o", output)

    assert (done.returncode, done.stdout) == (0, "")
    assert "20 answered, 0 failed, 0 left of 20" in done.stderr
    assert "20/20 done" in done.stderr
    assert len(lines(output)) == 20


def test_json_is_all_there_is_on_stdout(egp_bulk, write, output):
    done = egp_bulk("run", write(20), "-o", output, "--json", "--price", "openai/gpt-4o=2.5,10")

    summary = json.loads(done.stdout)
    assert (summary["answered"], summary["is_complete"]) == (20, True)
    # 20 answers of 9 and 3 tokens.
    assert float(summary["cost"]) == pytest.approx(20 * (9 * 2.5 + 3 * 10) / 1e6)


def test_quiet_is_quiet(egp_bulk, write, output):
    done = egp_bulk("run", write(20), "-o", output, "--quiet")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_requests_come_from_stdin(egp_bulk, output):
    done = egp_bulk("run", "-", "-o", output, stdin=json.dumps(envelope("r0")))

    assert done.returncode == 0
    assert [line["custom_id"] for line in lines(output)] == ["r0"]


def test_failures_have_an_exit_code(egp_bulk, service, write, output):
    service.decide = lambda body, number: Answer(400) if number == 3 else Answer()

    done = egp_bulk("run", write(20), "-o", output)
    status = egp_bulk("status", write(20), "-o", output)
    again = egp_bulk("run", write(20), "-o", output, "--retry-failed")

    assert (done.returncode, status.returncode, again.returncode) == (1, 1, 0)
    assert status.stdout == "19 of 20 answered, 1 failed, 0 left\n"


def test_a_stopped_run_has_an_exit_code_and_says_the_way_on(egp_bulk, service, write, output):
    service.decide = lambda body, number: Answer(401, {"error": {"message": "no such key"}})

    done = egp_bulk("run", write(20), "-o", output)
    status = egp_bulk("status", write(20), "-o", output, "--json")

    assert (done.returncode, status.returncode) == (3, 3)
    assert "stopped: 401: no such key" in done.stderr
    assert "20 requests are left: the same run again goes on with them" in done.stderr
    assert json.loads(status.stdout)["left"] == 20


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "missing.jsonl", "-o", "out.jsonl"], "missing.jsonl cannot be read: No such file"),
        (["resume", "IN", "-o", "nothing.jsonl"], "nothing.jsonl does not exist"),
        (["run", "IN", "-o", "missing/out.jsonl"], "missing/out.jsonl cannot be written"),
        (["run", "IN", "-o", "OUT", "--price", "m=1"], "--price must be MODEL=IN,OUT"),
        (["run", "IN", "-o", "OUT", "--max-cost", "5"], "max_cost needs prices"),
        (["run", "IN", "-o", "OUT", "--price", "m=1,2", "--max-cost", "nan"], "max_cost must be an amount"),
        (["run", "IN", "-o", "OUT", "--price", "m=1,2", "--max-cost", "-1"], "max_cost must be an amount"),
        (["run", "IN", "-o", "OUT", "--rpm", "0"], "rpm must be a number > 0, got 0.0"),
    ],
)
def test_what_cannot_be_done_is_one_line(egp_bulk, write, output, arguments, message):
    source = write(1)

    done = egp_bulk(*[{"IN": source, "OUT": output}.get(part, part) for part in arguments])

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("egp bulk: ")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_resume_goes_on(egp_bulk, write, output):
    source = write(20)
    egp_bulk("run", source, "-o", output)
    whole = output.read_bytes().splitlines(keepends=True)
    output.write_bytes(b"".join(whole[:7]))

    done = egp_bulk("resume", source, "-o", output)

    assert done.returncode == 0
    assert "13 answered" in done.stderr


def test_reports_are_written(egp_bulk, write, output, tmp_path):
    egp_bulk("run", write(20), "-o", output, "--report", tmp_path / "r.json", "--report", tmp_path / "r.html")

    page = (tmp_path / "r.html").read_text()
    assert json.loads((tmp_path / "r.json").read_text())["answered"] == 20
    assert "20 answered" in page
    assert "http" not in page.replace("</html>", "")
