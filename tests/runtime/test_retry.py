import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egp import EGPError, Retry
from egp._core.retry import Again, GiveUp, after_failure, after_status, checked_retry

NOW = 1_700_000_000.0
DEFAULT = Retry()


def decide(status=429, headers=None, *, retries=0, policy=DEFAULT, random=lambda: 0.0):
    return after_status(
        policy, status=status, headers=headers or {}, retries=retries, random=random, time=lambda: NOW
    )


def http_date(seconds):
    return format_datetime(datetime.fromtimestamp(NOW, UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize("status", range(300, 600))
def test_retried_are_408_409_429_and_5xx_and_nothing_else(status):
    decision = decide(status)

    assert isinstance(decision, Again) is (status in (408, 409, 429) or status >= 500)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0"}, 0),
        ({"retry-after": " 7 "}, 7),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": ".5"}, 0.5),
        ({"retry-after": "60"}, 60),
        ({"retry-after": http_date(20)}, 20),
        ({"retry-after": http_date(-20)}, 0),
        ({"retry-after": datetime.fromtimestamp(NOW + 9, UTC).strftime("%A, %d-%b-%y %H:%M:%S GMT")}, 9),
        ({"retry-after": datetime.fromtimestamp(NOW + 9, UTC).strftime("%a %b %d %H:%M:%S %Y")}, 9),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250.5"}, 0.2505),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "7"}, 7),
        ({"retry-after-ms": "-1", "retry-after": "7"}, 7),
    ],
)
def test_the_wait_that_the_server_names_is_kept_exactly(headers, seconds):
    decision = decide(headers=headers)

    assert decision == Again(pytest.approx(seconds))


@pytest.mark.parametrize(
    "value", ["-5", "soon", "", "nan", "inf", "1e3", "0x10", "٣", "Mon, 99 Foo 2026", "1,2"]
)
@pytest.mark.parametrize("name", ["retry-after", "retry-after-ms"])
def test_a_wait_that_cannot_be_read_leaves_the_backoff(name, value):
    assert decide(headers={name: value}) == Again(0.5)


@pytest.mark.parametrize(
    "headers",
    [
        {"retry-after": "61"},
        {"retry-after": "60.5"},
        {"retry-after": "9" * 400},
        {"retry-after": http_date(3600)},
        {"retry-after-ms": "60001"},
    ],
)
def test_a_wait_beyond_the_limit_gives_up_at_once_and_says_so(headers):
    decision = decide(headers=headers)

    assert isinstance(decision, GiveUp)
    assert "longer than the limit of 60 s" in decision.why


def test_the_limit_is_a_setting():
    assert decide(headers={"retry-after": "61"}, policy=Retry(retry_after_limit=90)) == Again(61)


@pytest.mark.parametrize(("retries", "wait"), [(0, 0.5), (1, 1), (2, 2), (3, 4), (4, 8), (5, 8), (2000, 8)])
def test_the_backoff_doubles_up_to_its_maximum(retries, wait):
    policy = Retry(max_retries=10_000)

    assert decide(500, retries=retries, policy=policy) == Again(wait)


@settings(max_examples=50)
@given(st.floats(0, 1, exclude_max=True), st.integers(0, 50))
def test_chance_takes_at_most_a_quarter_off_the_backoff(chance, retries):
    decision = decide(500, retries=retries, policy=Retry(max_retries=100), random=lambda: chance)

    full = min(8.0, 0.5 * 2**retries)
    assert full * 0.75 <= decision.after <= full


@pytest.mark.parametrize("status", [400, 401, 422, 304])
def test_the_server_may_ask_for_a_retry_of_any_status(status):
    assert decide(status, {"x-should-retry": "true"}) == Again(0.5)


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_the_server_may_refuse_a_retry_of_any_status(status):
    assert decide(status, {"x-should-retry": " FALSE "}) == GiveUp()


def test_another_word_in_x_should_retry_decides_nothing():
    assert decide(500, {"x-should-retry": "maybe"}) == Again(0.5)


def test_the_server_cannot_lengthen_the_budget():
    assert decide(500, {"x-should-retry": "true"}, retries=2) == GiveUp()


def test_a_failed_connection_is_retried_within_the_budget():
    decisions = [after_failure(DEFAULT, retries=retries, random=lambda: 0.0) for retries in range(3)]

    assert decisions == [Again(0.5), Again(1.0), GiveUp()]


def test_a_connection_that_had_gone_stale_is_retried_without_a_wait():
    assert after_failure(DEFAULT, retries=0, random=lambda: 0.0, stale=True) == Again(0.0)


def test_statuses_are_a_setting():
    policy = Retry(statuses=frozenset({418}), server_errors=False)

    assert [isinstance(decide(status, policy=policy), Again) for status in (418, 429, 500)] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    "policy",
    [
        Retry(max_retries=-1),
        Retry(max_retries=1.5),
        Retry(max_retries=True),
        Retry(initial=-1),
        Retry(maximum=math.nan),
        Retry(jitter=2),
        Retry(retry_after_limit=math.inf),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(policy):
    with pytest.raises(EGPError):
        checked_retry(policy)
