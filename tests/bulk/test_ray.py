"""Runs on Ray; in tox's environment `ray`."""

import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from egp import EGPError
from egp.bulk import InvalidInputError
from tests.bulk.conftest import envelope
from tests.bulk.service import Answer

ray = pytest.importorskip("ray")
pytest.importorskip("ray.data")
pytestmark = [
    pytest.mark.timeout(900),
    # Ray's own: its processes and sockets outlive the objects.
    pytest.mark.filterwarnings("ignore"),
]

from egp.bulk.ray import results, run_dataset, run_files  # noqa: E402 - after the look whether there is Ray


@pytest.fixture(scope="module")
def cluster():
    """Ray on this machine; its workers find the service by a file, since each test has another."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    ray.init(
        num_cpus=4,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
        _node_ip_address="127.0.0.1",
    )
    yield
    ray.shutdown()


@pytest.fixture
def on_ray(service, cluster):
    options = {"client": {"base_url": service.url, "api_key": "sk-secret"}, "actors": 2}

    def call(function, *arguments, **more):
        return function(*arguments, **{**options, **more})

    return call


def journals(folder):
    return list(folder.glob("results-*.jsonl"))


def found(folder):
    return Counter(result.custom_id for result in results(folder) if result.is_success)


def test_each_request_has_one_line_and_a_second_run_asks_nothing(service, write, tmp_path, on_ray):
    source, folder = write(500), tmp_path / "out"
    # One actor may be up long before the other.
    service.decide = lambda body, number: Answer(until=lambda: len(journals(folder)) == 2)

    first = on_ray(run_files, source, folder)
    second = on_ray(run_files, source, folder)

    assert (first.answered, first.left, first.is_complete) == (500, 0, True)
    assert (second.answered, second.done_before) == (0, 500)
    assert found(folder) == dict.fromkeys((f"r{number}" for number in range(500)), 1)
    assert service.asked.total() == 500
    assert len(journals(folder)) == 2


def test_the_folder_may_be_a_url_of_a_store(service, write, tmp_path, on_ray):
    source, folder = write(300), f"file://{tmp_path}/out"

    first = on_ray(run_files, source, folder)
    second = on_ray(run_files, source, folder)

    assert (first.answered, second.done_before, second.answered) == (300, 300, 0)
    assert found(folder) == dict.fromkeys((f"r{number}" for number in range(300)), 1)
    assert service.asked.total() == 300
    assert str(first.output) == folder


def test_what_a_store_refused_is_not_counted_as_answered(service, write, tmp_path, on_ray):
    """The folder goes away, and a file is in its place."""
    folder = tmp_path / "out"

    def decide(body, number):
        if number == 100:
            shutil.rmtree(folder)
            folder.write_text("in the way")
        return Answer(delay=0.05)

    service.decide = decide

    summary = on_ray(run_files, write(2000), f"file://{folder}", max_concurrency=20)

    assert "cannot be written" in summary.stopped
    assert summary.answered == 0
    assert 0 < summary.unwritten < 2000
    assert summary.left == 2000


def test_a_dataset_is_asked(service, tmp_path, on_ray):
    items = [{"custom_id": f"r{number}", **envelope(f"r{number}")["body"]} for number in range(50)]
    items += [{"custom_id": "text", "model": "m", "messages": items[0]["messages"]}]

    summary = on_ray(run_dataset, ray.data.from_items(items), tmp_path / "out")

    assert summary.answered == 51


def test_the_example_of_the_page_runs(service, tmp_path, on_ray, monkeypatch):
    page = (Path(__file__).parents[2] / "docs" / "bulk.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python notest\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    rows = [{"custom_id": f"r{number}", **envelope(f"r{number}")["body"]} for number in range(20)]
    ray.data.from_items(rows).write_parquet(str(tmp_path / "questions"))
    monkeypatch.setattr("egp.bulk.ray.run_dataset", partial(on_ray, run_dataset))
    names = {}

    exec(compile(example.replace("/shared", str(tmp_path)), "docs/bulk.md", "exec"), names)

    assert names["summary"].answered == 20
    assert len(found(tmp_path / "results")) == 20


def test_what_cannot_be_sent_is_said_before_anything_is_sent(service, write, tmp_path, on_ray):
    with pytest.raises(InvalidInputError):
        on_ray(run_files, write([envelope("r0"), "{broken"]), tmp_path / "out")

    assert not service.asked


def test_a_refused_key_stops_all_actors(service, write, tmp_path, on_ray):
    service.decide = lambda body, number: Answer(401, {"error": {"message": "no such key"}})

    summary = on_ray(run_files, write(1000), tmp_path / "out", max_concurrency=20)

    assert summary.stopped == "401: no such key"
    assert summary.left == 1000
    assert service.asked.total() < 100


def test_a_limit_is_shared(service, write, tmp_path, on_ray):
    def moment():
        """A key for each request: when it was sent, by the clock that all processes of a machine share."""
        return str(time.monotonic())

    folder = tmp_path / "out"
    client = {"base_url": service.url, "api_key": moment}
    # What is sent before both actors are up is answered when they are.
    service.decide = lambda body, number: Answer(until=lambda: len(journals(folder)) == 2)

    summary = on_ray(run_files, write(60), folder, rpm=600, client=client)

    assert summary.answered == 60
    sent = sorted(map(float, service.keys))
    # Six seconds' worth, less what is granted at once; how much more it takes is the machine's affair. When
    # the requests arrive is its affair, too: on a busy one, the first may be on its way for seconds.
    assert sent[-1] - sent[0] >= 4.5
    # With a limit of its own for each of the two, it would have been half of that.
    assert len(journals(folder)) == 2


def test_a_deadline_stops_all_actors(service, write, tmp_path, on_ray):
    service.decide = lambda body, number: Answer(delay=0.2)
    source, folder = write(400), tmp_path / "out"

    first = on_ray(run_files, source, folder, max_concurrency=4, deadline=3)
    asked = service.asked.total()
    second = on_ray(run_files, source, folder)

    assert first.stopped == "the deadline is over"
    assert first.answered == asked
    assert (second.done_before, second.answered) == (asked, 400 - asked)


def egp_bulk(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "egp.cli.bulk", *map(str, arguments)], capture_output=True, text=True
    )


def test_the_command_runs_on_ray_and_says_how_far_it_is(service, write, tmp_path):
    """On a Ray of its own, which has the environment of the command."""
    source, folder, report = write(100), tmp_path / "out", tmp_path / "run.json"
    files = (source, "-o", folder, "--json")

    done = egp_bulk("run", *files, "--engine", "ray", "--ray-actors", 2, "--report", report)
    status = egp_bulk("status", *files)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["answered"] == 100
    assert "100/100 done" in done.stderr
    assert "Warning" not in done.stderr
    assert json.loads(report.read_text())["answered"] == 100
    assert json.loads(status.stdout)["done"] == 100


def test_a_node_without_a_key_is_said(service, write, tmp_path, cluster):
    """The nodes of a cluster that runs already have an environment of their own."""
    address = ray.get_runtime_context().gcs_address

    done = egp_bulk("run", write(5), "-o", tmp_path / "out", "--engine", "ray", "--ray-address", address)

    assert done.returncode == 3
    assert "stopped: no API key: pass api_key" in done.stderr
    assert "5 requests are left" in done.stderr


def test_a_second_run_on_the_same_folder_is_refused(service, write, tmp_path, on_ray):
    from egp.bulk._journal import Journal

    folder = tmp_path / "out"
    folder.mkdir()
    with Journal(folder / ".lock"), pytest.raises(EGPError, match="in use by another run"):
        on_ray(run_files, write(3), folder)


PROGRAM = """
import sys
from egp.bulk.ray import run_files
summary = run_files(sys.argv[1], sys.argv[2], address=sys.argv[4], actors=4, max_concurrency=200,
                    client={"base_url": sys.argv[3], "api_key": "k"})
assert summary.is_complete, summary
"""


def command(source, folder, service):
    address = ray.get_runtime_context().gcs_address
    return [sys.executable, "-c", PROGRAM, str(source), str(folder), service.url, address]


def killed(source, folder, service, answers):
    """Run until so many have been answered, then kill the driver and its actors."""
    process = subprocess.Popen(
        command(source, folder, service), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while process.poll() is None and service.answered.total() < answers:
        time.sleep(0.002)
    is_running = process.poll() is None
    # Each actor has its process in the name of its journal.
    actors = [int(path.name.split("-")[1]) for path in folder.glob("results-*")]
    for pid in [*actors, process.pid]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()
    return is_running


@pytest.mark.timeout(7200)
def test_runs_that_are_killed_lose_nothing_and_repeat_no_answer_that_was_written(
    service, write, tmp_path, cluster
):
    """Twice by default; EGP_BULK_KILLS says how often."""
    kills = int(os.environ.get("EGP_BULK_KILLS", "2"))
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    service.decide = lambda body, number: Answer(delay=0.05)
    source = write(2000)
    twice = deaths = 0
    for number in range(kills):
        folder = tmp_path / f"out-{number}"
        service.asked.clear()
        service.answered.clear()

        deaths += killed(source, folder, service, chance.randrange(50, 1700))
        written = found(folder)
        asked = service.asked.copy()
        done = subprocess.run(command(source, folder, service), capture_output=True, text=True)

        assert done.returncode == 0, done.stderr
        assert found(folder) == dict.fromkeys((f"r{n}" for n in range(2000)), 1)
        assert not [name for name in written if service.asked[name] > asked[name]]
        repeated = service.asked.total() - 2000
        assert repeated <= 200
        twice += repeated
        print(f"kill {number + 1}: {len(written)} written, {repeated} asked twice", flush=True)
    print(json.dumps({"seed": seed, "kills": deaths, "asked twice": twice}))
