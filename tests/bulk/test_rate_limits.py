"""Headers of limits, in the forms that vendors use."""

import pytest

from egp.bulk._rate_limits import NO_LIMITS, RateLimit, rate_limits, retry_after, seconds_of

NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1", 1),
        ("0.25", 0.25),
        ("6m0s", 360),
        ("1ms", 0.001),
        ("120ms", 0.12),
        ("1h2m3.5s", 3723.5),
        ("2m59.56s", 179.56),
        ("1d", 86400),
        ("7.66s", 7.66),
        (" 5 ", 5),
        ("1700000060", 60),
        ("1700000060000", 60),
        ("1699999999", 0),
        ("2023-11-14T22:14:20Z", 60),
        ("2023-11-14T22:14:20+00:00", 60),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("5x", None),
    ],
)
def test_resets_are_read(text, seconds):
    assert seconds_of(text, NOW) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "20"}, 20),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "20"}, 0.25),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:50 GMT"}, 30),
        ({"retry-after": "later"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read(headers, seconds):
    assert retry_after(headers, NOW) == seconds


def test_openai_says_both_resources():
    headers = {
        "x-ratelimit-limit-requests": "600",
        "x-ratelimit-limit-tokens": "100000",
        "x-ratelimit-remaining-requests": "599",
        "x-ratelimit-remaining-tokens": "99850",
        "x-ratelimit-reset-requests": "100ms",
        "x-ratelimit-reset-tokens": "6m0s",
    }

    said = rate_limits(headers, NOW)

    assert said.requests == RateLimit(600, 599, pytest.approx(0.2))
    assert said.tokens == RateLimit(100_000, 99_850, pytest.approx(360.1))


@pytest.mark.parametrize(
    ("headers", "requests"),
    [
        (
            {
                "anthropic-ratelimit-requests-limit": "50",
                "anthropic-ratelimit-requests-remaining": "49",
                "anthropic-ratelimit-requests-reset": "2023-11-14T22:14:20Z",
            },
            RateLimit(50, 49, pytest.approx(60.1)),
        ),
        (
            {"x-ratelimit-limit": "100", "x-ratelimit-remaining": "7", "x-ratelimit-reset": "1700000030"},
            RateLimit(100, 7, pytest.approx(31)),
        ),
        (
            {"ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "7", "ratelimit-reset": "30"},
            RateLimit(100, 7, pytest.approx(31)),
        ),
        ({"ratelimit": "limit=100, remaining=7, reset=30"}, RateLimit(100, 7, pytest.approx(31))),
        ({"ratelimit": '"default";r=7;t=30'}, RateLimit(None, 7, pytest.approx(31))),
        ({"x-ratelimit-remaining-requests": "7"}, RateLimit(None, 7, None)),
    ],
)
def test_other_vendors_say_it_in_other_words(headers, requests):
    assert rate_limits(headers, NOW).requests == requests


def test_other_headers_say_nothing():
    assert rate_limits({"content-type": "application/json", "x-request-id": "a"}, NOW) is NO_LIMITS
    assert rate_limits({"x-ratelimit-remaining-requests": "many"}, NOW).requests is None
