"""One limiter, several senders: together they take what one would."""

import pytest

from egp.bulk._limiter import Ask, Lease, Limiter
from egp.bulk._rate_limits import RateLimit
from tests.bulk.virtual import Bucket, Run, Service, Window

STEP = 0.05


class Together:
    """Senders on clocks of their own, each of which speaks to the limiter twenty times a second."""

    def __init__(self, service, limiter, senders=4, size=0, count=10**9):
        self.limiter = limiter
        self.leases = [{} for _ in range(senders)]
        self.runs = [
            Run(service, budgets=lambda model, known=known: self._lease(model, known), size=size, count=count)
            for known in self.leases
        ]
        self.now = 0.0

    def _lease(self, model, known):
        lease = known[model] = Lease(model)
        return lease, lease.tokens

    def until(self, end):
        while self.now < end:
            self.now += STEP
            for run, leases in zip(self.runs, self.leases, strict=True):
                run.now = max(run.now, self.now - STEP)
                run.until(self.now)
                for lease in leases.values():
                    ask = lease.ask(self.now)
                    if ask is not None:
                        (grant,) = self.limiter.exchange(self.now, [ask])
                        lease.take(self.now, grant)


@pytest.mark.parametrize("limiter", [Bucket, Window])
@pytest.mark.parametrize("size", [150, 400])
def test_four_senders_use_what_the_service_allows_and_no_more(limiter, size):
    service = Service(limiter(600), limiter(100_000), latency=lambda number: 2.0)

    Together(service, Limiter(None, None), size=size).until(300)

    answered, refused, tokens = service.counts(60, 240)
    assert max(answered / 1800, tokens / 300_000) >= 0.95
    assert refused <= 0.01 * (answered + refused)


def test_four_senders_keep_the_users_own_limit_together():
    service = Service(Bucket(1e9), Bucket(1e9), says="nothing")

    Together(service, Limiter(120, None)).until(300)

    answered, _, _ = service.counts(60, 240)
    assert 0.95 * 360 <= answered <= 1.03 * 360


def test_a_wait_that_one_sender_is_told_is_kept_by_all():
    limiter = Limiter(None, None)
    limiter.exchange(0.0, [Ask("m", wait=20.0)])

    (during,) = limiter.exchange(5.0, [Ask("m", wants=10)])
    (other,) = limiter.exchange(5.0, [Ask("other", wants=10)])
    (after,) = limiter.exchange(20.1, [Ask("m", wants=10)])

    assert (during.starts, during.pause) == (0, 15.0)
    assert other.starts == 10
    assert after.starts == 10


def test_grants_that_were_not_used_are_given_back():
    limiter = Limiter(60, None)
    limiter.exchange(0.0, [Ask("m", wants=1)])
    before = limiter.exchange(0.1, [Ask("m", wants=1)])[0].starts

    limiter.exchange(0.2, [Ask("m", returned=1)])
    after = limiter.exchange(0.3, [Ask("m", wants=1)])[0].starts

    assert (before, after) == (0, 1)


def test_a_sender_with_nothing_to_say_says_nothing():
    assert Lease("m").ask(0.0) is None


def test_what_an_answer_said_reaches_the_limiter_with_its_age():
    lease = Lease("m")
    lease.learn(RateLimit(100, 50, 30.0), 12.0, started_at=10.0, spent_then=0)
    lease.learn(RateLimit(100, 60, 30.0), 12.5, started_at=9.0, spent_then=0)

    ask = lease.ask(13.0)

    assert ask.requests_reported == (3.0, RateLimit(100, 50, 30.0))
    assert lease.ask(13.1) is None
