"""Runs that are killed at random moments and go on: nothing is lost, no written answer is asked again."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from egp.bulk import run
from tests.bulk.conftest import lines
from tests.bulk.service import Answer

CONCURRENCY = 50
PROGRAM = f"""
import sys
from egp.bulk import run
run(sys.argv[1], sys.argv[2], max_concurrency={CONCURRENCY})
"""


def killed(source, output, seconds):
    """Run for so long, then kill -9. Returns whether it was still at work."""
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(source), str(output)])
    time.sleep(seconds)
    is_running = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return is_running


def check(service, write, output, count, kills, chance):
    source = write(count)
    service.decide = lambda body, number: Answer(delay=0.02)
    asked_before_kill = 0
    deaths = 0
    for _ in range(kills):
        written_before = {line["custom_id"] for line in lines(output)} if output.exists() else set()
        asked_then = service.asked.copy()

        deaths += killed(source, output, chance.uniform(0.2, 1.5))

        repeated = [name for name in written_before if service.asked[name] > asked_then[name]]
        assert not repeated
        asked_before_kill = service.asked.total()
    run(source, output, max_concurrency=200)

    found = [line["custom_id"] for line in lines(output)]
    assert len(found) == len(set(found)) == count
    assert set(found) == {f"r{number}" for number in range(count)}
    twice = service.asked.total() - count
    assert twice <= deaths * CONCURRENCY
    return deaths, twice, asked_before_kill


def test_a_run_that_is_killed_five_times_loses_nothing_and_repeats_no_answer_that_was_written(
    service, write, output
):
    seed = random.randrange(2**32)
    print("seed", seed)

    deaths, _, _ = check(service, write, output, 3000, 5, random.Random(seed))

    assert deaths >= 1


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif("EGP_BULK_LONG" not in os.environ, reason="takes minutes: tox -e bulk-long")
def test_a_hundred_kills(service, write, tmp_path):
    """Twenty runs of 2,000, each killed five times: more than one run has moments."""
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    deaths = twice = 0

    round_number = 0
    while deaths < 100:
        round_number += 1
        service.asked.clear()
        output = tmp_path / f"out-{round_number}.jsonl"
        found = check(service, write, output, 2000, 5, chance)
        deaths += found[0]
        twice += found[1]

    print(f"seed {seed}: {deaths} kills in {round_number} runs of 2,000, {twice} asked twice, none lost")
