"""The pace of a run, under a virtual clock, against limiters of the kinds that services have."""

import random

import pytest

from egp.bulk._budget import Budget
from egp.bulk._level import Level
from egp.bulk._rate_limits import NO_LIMITS, RateLimit
from egp.bulk._schedule import Policy
from egp.bulk._verdict import Fate, Verdict
from tests.bulk.virtual import Bucket, Run, Service, Window

RPM, TPM = 600, 100_000
MINUTES = 5


def latencies(kind):
    if kind == "like a model's":
        chance = random.Random(1)
        return lambda number: chance.lognormvariate(1.0, 0.8)
    return lambda number: kind


# Limits that the service says


@pytest.mark.parametrize("latency", [0.05, 2.0, "like a model's"])
@pytest.mark.parametrize("size", [150, 400], ids=["requests are scarce", "tokens are scarce"])
@pytest.mark.parametrize("limiter", [Bucket, Window])
def test_at_least_95_percent_of_what_the_service_allows_is_used_and_at_most_1_percent_refused(
    limiter, size, latency
):
    service = Service(limiter(RPM), limiter(TPM), latency=latencies(latency))

    Run(service, size=size).until(60 * (MINUTES + 2))

    answered, refused, tokens = service.counts(60, 60 * (MINUTES + 1))
    assert max(answered / (RPM * MINUTES), tokens / (TPM * MINUTES)) >= 0.95
    assert refused <= 0.01 * (answered + refused)


@pytest.mark.parametrize("latency", [0.05, 2.0, "like a model's"])
@pytest.mark.parametrize("limiter", [Bucket, Window])
def test_a_limit_that_is_halved_midway_is_found_within_a_minute(limiter, latency):
    service = Service(limiter(RPM), limiter(TPM), latency=latencies(latency))
    run = Run(service)

    def halve():
        service.requests.limit, service.tokens.limit = RPM / 2, TPM / 2

    run.at(330, halve)
    run.until(720)

    for minute in range(390, 690, 60):
        answered, refused, _ = service.counts(minute, minute + 60)
        assert 0.95 * RPM / 2 <= answered <= 1.02 * RPM / 2
        assert refused <= 0.01 * (answered + refused)


def test_a_limit_that_is_doubled_midway_is_used_within_a_minute():
    service = Service(Bucket(RPM), Bucket(TPM))
    run = Run(service)

    def double():
        service.requests.limit, service.tokens.limit = RPM * 2, TPM * 2

    run.at(330, double)
    run.until(600)

    answered, refused, _ = service.counts(390, 510)
    assert answered >= 0.95 * 2 * RPM * 2 * min(1, TPM / 150 / RPM)
    assert refused <= 0.01 * answered


@pytest.mark.parametrize("latency", [0.05, 2.0, "like a model's"])
@pytest.mark.parametrize("size", [150, 400])
@pytest.mark.parametrize("limiter", [Bucket, Window])
def test_a_service_that_says_no_more_than_retry_after_is_used_as_well(limiter, size, latency):
    service = Service(limiter(RPM), limiter(TPM), latency=latencies(latency), says="retry-after")

    Run(service, size=size).until(60 * (MINUTES + 2))

    answered, refused, tokens = service.counts(60, 60 * (MINUTES + 1))
    assert max(answered / (RPM * MINUTES), tokens / (TPM * MINUTES)) >= 0.95
    assert refused <= 0.01 * (answered + refused)


@pytest.mark.parametrize("latency", [0.05, 2.0, "like a model's"])
def test_a_service_that_says_nothing_is_found_out(latency):
    service = Service(Bucket(RPM), Bucket(TPM), latency=latencies(latency), says="nothing")

    Run(service).until(60 * (MINUTES + 2))

    answered, refused, _ = service.counts(60, 60 * (MINUTES + 1))
    assert answered / (RPM * MINUTES) >= 0.95
    assert refused <= 0.01 * (answered + refused)


# Limits of the user's own


@pytest.mark.parametrize(("policy", "expected"), [(Policy(rpm=120), 120), (Policy(tpm=15_000), 100)])
def test_a_limit_of_the_users_own_is_kept_in_each_minute_and_used(policy, expected):
    service = Service(Bucket(1e9), Bucket(1e9), says="nothing")

    Run(service, policy).until(600)

    for start in range(60, 540, 7):
        answered, _, _ = service.counts(start, start + 60)
        assert 0.95 * expected <= answered <= 1.02 * expected + 1


def test_no_more_are_in_flight_than_the_user_allows():
    service = Service(Bucket(1e9), Bucket(1e9), latency=lambda number: 1.0, says="nothing")
    run = Run(service, Policy(max_concurrency=7))

    run.until(60.5)

    assert run.schedule.in_flight == 7


def test_concurrency_grows_to_what_is_allowed_within_seconds():
    service = Service(Bucket(1e9), Bucket(1e9), latency=lambda number: 0.05, says="nothing")
    run = Run(service, Policy(max_concurrency=200))

    run.until(1)

    assert run.schedule.in_flight == 200


# Retry-After


class Once:
    """Refuses one request with `Retry-After`, answers all others."""

    def __init__(self, at: float, wait: float, verdict: Verdict | None = None) -> None:
        self._at = at
        self._verdict = verdict or Verdict(Fate.REFUSED, "429", NO_LIMITS, wait, is_overload=True)
        self.refused_at = None

    def answer(self, now, job):
        if self.refused_at is None and now >= self._at:
            self.refused_at = now + 0.01
            return self._verdict, 0.01
        return Verdict(Fate.DONE, "200"), 0.05


@pytest.mark.parametrize("status", ["429", "503"])
def test_a_retry_after_is_kept_by_the_whole_run(status):
    fate = Fate.REFUSED if status == "429" else Fate.FAILED
    once = Once(5, 20, Verdict(fate, status, NO_LIMITS, 20.0, is_overload=True))
    run = Run(once)

    run.until(40)

    pause = [time for time in run.started if once.refused_at < time < once.refused_at + 20]
    after = [time for time in run.started if time >= once.refused_at + 20]
    assert not pause
    assert after[0] == pytest.approx(once.refused_at + 20)
    assert run.schedule.slowed["Retry-After"] == pytest.approx(20, abs=0.1)


def test_a_wait_beyond_the_users_patience_stops_the_run():
    run = Run(Once(5, 3600), Policy(patience=900))

    run.until(60)

    assert run.schedule.stopped == "the service asks to wait 3600 s, longer than the 900 s allowed"


# Failures


class Failing:
    """Answers as a function of the time and of the request says."""

    def __init__(self, answer) -> None:
        self.answer = answer


GOOD = Verdict(Fate.DONE, "200"), 0.05
BROKEN = Verdict(Fate.FAILED, "500", message="broken"), 0.05
UNREACHABLE = Verdict(Fate.FAILED, "connection", is_silence=True), 0.001


def test_one_request_that_always_fails_ends_with_its_line_and_stops_no_other():
    run = Run(Failing(lambda now, job: BROKEN if job.request.custom_id == "r7" else GOOD), count=5000)

    run.until(300)

    assert len(run.done) == 5000
    assert len([1 for time, name in run.done if name == "r7"]) == 1
    assert run.schedule.events["attempts made again"] == 5
    assert sorted(time for time, _ in run.done)[4998] < 10


def test_a_request_that_hangs_holds_up_no_other():
    stuck = (Verdict(Fate.DONE, "200"), 500.0)
    run = Run(Failing(lambda now, job: stuck if job.request.custom_id == "r7" else GOOD), count=5000)

    run.until(10)

    assert len(run.done) == 4999


def test_a_service_that_is_away_for_ten_minutes_loses_nothing_and_is_not_stormed():
    run = Run(Failing(lambda now, job: UNREACHABLE if 2 <= now < 602 else GOOD), count=20_000)

    run.until(1000)

    meanwhile = [time for time in run.started if 12 <= time < 602]
    back = [time for time, _ in run.done if time > 602]
    assert len({name for _, name in run.done}) == 20_000
    assert len(meanwhile) < 40
    assert back[0] < 602 + 31
    assert run.schedule.stopped is None
    assert run.schedule.events["service away"] == 1


def test_every_request_failing_with_500_is_the_services_fault_and_not_theirs():
    run = Run(Failing(lambda now, job: BROKEN if 2 <= now < 302 else GOOD), count=2000)

    run.until(1000)

    assert len(run.done) == 2000
    assert run.schedule.stopped is None


def test_a_service_that_stays_away_ends_the_run_when_patience_does():
    run = Run(Failing(lambda now, job: UNREACHABLE if now > 2 else GOOD), Policy(patience=300))

    run.until(10_000)

    assert run.schedule.stopped.startswith("no answer for 3")
    assert run.now < 400


def test_every_tenth_connection_reset_costs_a_tenth_and_no_request():
    chance = random.Random(1)
    run = Run(Failing(lambda now, job: UNREACHABLE if chance.random() < 0.1 else GOOD), count=20_000)

    run.until(100)

    assert len(run.done) == 20_000
    assert len(run.started) == pytest.approx(20_000 / 0.9, rel=0.02)
    assert sorted(time for time, _ in run.done)[19_900] < 8


def test_a_refused_key_stops_the_run():
    stop = (Verdict(Fate.STOP, "401", message="no such key"), 0.05)
    run = Run(Failing(lambda now, job: stop if now > 1 else GOOD))

    run.until(10)

    assert run.schedule.stopped == "401: no such key"
    assert max(run.started) < 1.1
    assert run.schedule.in_flight == 0


# The parts


def test_the_level_doubles_until_the_first_refusal_and_then_grows_slowly():
    level = Level(1000)
    grown = []
    for _ in range(3):
        level.start(int(level.value))
        for _ in range(int(level.value)):
            level.succeed()
        grown.append(level.value)

    shrunk = level.shrink(10.0, started_at=9.0), level.value
    again = level.shrink(10.5, started_at=9.5), level.value
    level.start(int(level.value))
    for _ in range(int(level.value)):
        level.succeed()

    assert grown == [40, 80, 160]
    assert shrunk == (True, 128)
    assert again == (False, 128)
    assert level.value == pytest.approx(128 * 1.05)


def test_the_level_does_not_grow_while_it_is_not_used():
    level = Level(1000)

    for _ in range(1000):
        level.start(3)
        level.succeed()

    assert level.value == 20


def test_an_old_answer_says_nothing_new():
    budget = Budget()
    budget.start(0.0, 1)
    budget.start(0.0, 1)

    budget.learn(RateLimit(100, 0, 60), 1.0, started_at=0.5, spent_then=2)
    budget.learn(RateLimit(100, 90, 60), 1.1, started_at=0.1, spent_then=1)

    assert budget.ready_at(2.0, 1) == pytest.approx(60.5)


def test_nothing_is_in_the_way_where_no_limit_is_known():
    budget = Budget()
    for _ in range(1000):
        budget.start(0.0, 1)

    assert budget.ready_at(0.0, 1) == 0.0
