"""What the virtual clock shows, once more by the clock on the wall: tox -e bulk-long."""

import os
import threading
import time
from itertools import pairwise

import pytest

from egp.bulk import run
from tests.bulk.conftest import lines
from tests.bulk.service import Answer
from tests.bulk.virtual import Bucket
from tests.bulk.virtual import Service as Limits

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif("EGP_BULK_LONG" not in os.environ, reason="takes minutes: tox -e bulk-long"),
]


def test_a_retry_after_of_20_seconds_is_kept_by_the_whole_run(service, write, output):
    def decide(body, number):
        return Answer(429, headers={"retry-after": "20"}) if number == 100 else Answer(delay=0.02)

    service.decide = decide

    summary = run(write(1000), output, max_concurrency=10)

    gap = max(after - before for before, after in pairwise(service.times))
    print(f"longest time without a request: {gap:.2f} s")
    assert 19.9 <= gap <= 22
    assert summary.answered == 1000


def test_600_requests_a_minute_are_used_and_hardly_any_refused(service, write, output):
    limits = Limits(Bucket(600), Bucket(100_000))
    begun = time.monotonic()

    def decide(body, number):
        admission = limits.admit(time.monotonic() - begun, 12)
        return Answer(admission.status, headers=admission.headers, delay=0.05)

    service.decide = decide

    run(write(5000), output, deadline=185)

    answered, refused, _ = limits.counts(60, 180)
    print(f"second and third minute: {answered} answered of 1200 allowed, {refused} refused")
    assert answered >= 0.95 * 1200
    assert refused <= 0.01 * answered


def test_a_service_that_stops_for_30_seconds_costs_no_request(service, write, output):
    service.decide = lambda body, number: Answer(delay=0.02)

    def pause():
        time.sleep(1)
        service.stop()
        time.sleep(30)
        service.start()

    thread = threading.Thread(target=pause)
    thread.start()
    summary = run(write(5000), output, max_concurrency=20)
    thread.join()

    print(f"done after {summary.seconds:.0f} s: {summary.attempts}")
    assert (summary.answered, summary.failed, summary.left) == (5000, 0, 0)
    assert len({line["custom_id"] for line in lines(output)}) == 5000
