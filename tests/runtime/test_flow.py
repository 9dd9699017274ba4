"""The whole course of a call, with a clock, a chance and a server that are made up."""

import json

import pytest

from egp import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStreamError,
    APITimeoutError,
    InternalServerError,
    RateLimitError,
    StreamInterruptedError,
)
from egp._core.clock import Clock
from egp._core.config import configured
from egp._core.failures import Failure, Stage
from egp._core.flow import LARGEST_ERROR_BODY, CallFlow, Discard, Drain, Send, Sleep
from egp._core.headers import Headers
from egp._core.options import CALL_OPTIONS, replaced, with_retries
from egp._core.request import Request
from egp._core.response import ResponseHead
from egp.errors import status_error_type

SERVERS = {"production": "https://api.example.com"}


class Answer(ResponseHead):
    def __init__(self, status=200, body=b"{}", *, failure=None, takes=0.1, drain_takes=0.0, **headers):
        super().__init__(status, Headers((name.replace("_", "-"), value) for name, value in headers.items()))
        self.body, self.failure, self.takes, self.drain_takes = body, failure, takes, drain_takes


class Broken(Failure):
    takes = 0.1


def broken(error=APIConnectionError, message="it broke", **options):
    return Broken(error, message, **options)


def timed_out():
    return broken(APITimeoutError, "the timeout for reading ran out", is_timeout=True, stage=Stage.READ)


class World:
    """Carries out the steps of a call with answers from a list."""

    def __init__(self, *answers, expects="json", options=None, **settings):
        self.now = 1000.0
        self.answers = list(answers)
        self.log = []
        self.noted = []
        settings = configured({"api_key": _secret("sk-secret-key"), **settings}, {}, SERVERS)
        clock = Clock(monotonic=lambda: self.now, time=lambda: 1_700_000_000.0, random=lambda: 0.0)
        options = dict(options or {})
        first_token_timeout = options.pop("first_token_timeout", None)
        max_retries = options.pop("max_retries", None)
        request = Request(
            "POST",
            "/v5/chat/completions",
            content=b"{}",
            expects=expects,
            options=with_retries(replaced(settings.call, options, CALL_OPTIONS), max_retries),
            first_token_timeout=first_token_timeout,
        )
        self.attempts = CallFlow(request, settings, clock, lambda _, attempt: self.noted.append(attempt))

    def run(self, steps=None):
        steps = steps or self.attempts.steps()
        answer, current = None, None
        try:
            while True:
                step = steps.send(answer)
                self.log.append(step)
                answer = None
                if isinstance(step, Send):
                    current = self.answers.pop(0)
                    self.now += current.takes
                    answer = current
                elif isinstance(step, Drain):
                    self.now += current.drain_takes
                    step.content, step.failure = current.body, current.failure
                elif isinstance(step, Sleep):
                    self.now += step.seconds
        except StopIteration as end:
            return end.value

    @property
    def waits(self):
        return [step.seconds for step in self.log if isinstance(step, Sleep)]

    @property
    def sent(self):
        return [step.retries for step in self.log if isinstance(step, Send)]


def _secret(value):
    from egp._core.secrets import Secret

    return Secret(value)


SHAPES = {
    "error": (json.dumps({"error": {"message": "the words"}}).encode(), "the words"),
    "detail": (json.dumps({"detail": "the words"}).encode(), "the words"),
    "message": (json.dumps({"message": "the words"}).encode(), "the words"),
    "html": (b"<html><head><title>the words</title></head></html>", "the words"),
    "text": (b"the words", "the words"),
    "empty": (b"", "no message"),
    "not utf-8": (b"\xffthe words", "the words"),
}


@pytest.mark.parametrize("expects", ["json", "events"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_error_status_raises_its_class_with_the_servers_words(shape, expects):
    body, words = SHAPES[shape]
    for status in range(400, 600):
        world = World(Answer(status, body, x_request_id="r1"), expects=expects, max_retries=0)

        with pytest.raises(status_error_type(status)) as caught:
            world.run()

        error = caught.value
        assert (error.status_code, error.request_id) == (status, "r1")
        assert words in error.message
        assert [attempt.status for attempt in error.attempts] == [status]
        assert error.headers["x-request-id"] == "r1"
        assert error.request == ("POST", "https://api.example.com/v5/chat/completions")


def test_a_success_after_failures_tells_of_all_attempts():
    world = World(Answer(503, x_request_id="a"), broken(), Answer(x_request_id="c"))

    reply = world.run()

    assert world.waits == [0.5, 1.0]
    assert world.sent == [0, 1, 2]
    assert [(a.number, a.status, a.error, a.wait, a.request_id) for a in reply.attempts] == [
        (1, 503, None, 0.5, "a"),
        (2, None, "it broke", 1.0, None),
        (3, 200, None, None, "c"),
    ]
    assert world.noted == list(reply.attempts)
    assert [attempt.duration for attempt in reply.attempts] == [pytest.approx(0.1)] * 3


def test_the_last_error_is_raised_when_the_budget_is_used_up():
    world = World(Answer(500), Answer(502), Answer(503, b'{"message": "still down"}'))

    with pytest.raises(InternalServerError, match=r"HTTP 503: still down \(after 3 attempts\)") as caught:
        world.run()

    assert [attempt.wait for attempt in caught.value.attempts] == [0.5, 1.0, None]


def test_a_wait_that_is_too_long_is_told_of():
    world = World(Answer(429, b'{"message": "slow down"}', retry_after="120"))

    with pytest.raises(
        RateLimitError, match=r"slow down .*asks to wait 120 s, longer than the limit of 60 s"
    ):
        world.run()

    assert world.waits == []


def test_a_body_that_breaks_is_not_retried_and_keeps_what_came():
    world = World(Answer(body=b'{"cho', failure=broken()))

    with pytest.raises(APIConnectionError, match=r"it broke \(5 bytes of the body had come\)") as caught:
        world.run()

    assert caught.value.body == b'{"cho'
    assert caught.value.status_code == 200
    assert [attempt.error for attempt in caught.value.attempts] == ["it broke (5 bytes of the body had come)"]


def test_an_event_stream_where_json_was_asked_for_is_told_of_with_what_came():
    world = World(Answer(body=b"data: {}\n\n", content_type="Text/Event-Stream; charset=utf-8"))

    with pytest.raises(APIResponseValidationError) as caught:
        world.run()

    assert caught.value.body == "data: {}\n\n"
    assert world.log[-1].limit is not None


def test_no_more_of_an_errors_body_is_read_than_the_limit():
    world = World(Answer(400))

    with pytest.raises(APIError):
        world.run()

    assert world.log[-1].limit == LARGEST_ERROR_BODY


def test_the_deadline_ends_the_call_where_it_is():
    world = World(Answer(503, takes=3.0), Answer(503, takes=3.0), Answer(), deadline=5.0)

    with pytest.raises(InternalServerError, match="the deadline of 5 s comes before the next attempt"):
        world.run()

    assert world.now <= 1005.0 + 3.0
    assert len(world.attempts.history) == 2


def test_a_wait_ends_at_the_deadline_though_reading_the_response_took_long():
    world = World(Answer(503, retry_after="4.5", drain_takes=1.0), deadline=5.0)

    with pytest.raises(APITimeoutError, match="the deadline of 5 s for the whole call ran out") as caught:
        world.run()

    assert world.now == 1005.0
    assert [attempt.status for attempt in caught.value.attempts] == [503]


def test_a_timeout_at_the_deadline_is_the_deadlines():
    late = timed_out()
    late.takes = 5.0
    world = World(late, deadline=5.0)

    with pytest.raises(APITimeoutError, match="the deadline of 5 s for the whole call ran out") as caught:
        world.run()

    assert len(caught.value.attempts) == 1


def test_each_step_knows_the_deadline():
    world = World(Answer(), deadline=5.0)

    world.run()

    assert [step.until for step in world.log] == [1005.0, 1005.0]


def test_the_calls_own_options_come_first():
    options = {"max_retries": 0, "deadline": None}
    world = World(Answer(503), options=options, max_retries=5, deadline=1.0)

    with pytest.raises(InternalServerError):
        world.run()

    assert world.log[0].until is None


def test_a_timeout_names_its_seconds():
    world = World(timed_out(), timeout=7, max_retries=0)

    with pytest.raises(APITimeoutError, match="the timeout of 7 s for reading ran out"):
        world.run()


def test_what_another_try_cannot_change_is_not_tried_again():
    world = World(broken(retried=False))

    with pytest.raises(APIConnectionError):
        world.run()

    assert world.sent == [0]


def test_a_stale_connection_is_replaced_without_a_wait():
    world = World(broken(stale=True), Answer())

    world.run()

    assert (world.waits, world.sent) == ([], [0, 1])


def test_a_stream_that_begins_with_an_error_is_made_again_under_the_same_budget():
    world = World(Answer(503), Answer(), Answer(), expects="events")
    world.run()
    error = APIStreamError("overloaded")

    world.run(world.attempts.stream_failed(error, 429))

    assert world.waits == [0.5, 1.0]
    assert any(isinstance(step, Discard) for step in world.log)
    assert [(a.status, a.error, a.wait) for a in world.attempts.history] == [
        (503, None, 0.5),
        (200, "overloaded", 1.0),
        (200, None, None),
    ]


@pytest.mark.parametrize("status", [None, 400, 401])
def test_a_stream_that_begins_with_another_error_is_not_made_again(status):
    world = World(Answer(), expects="events")
    world.run()
    error = APIStreamError("no")

    with pytest.raises(APIStreamError) as caught:
        world.run(world.attempts.stream_failed(error, status))

    assert caught.value is error
    assert [attempt.error for attempt in error.attempts] == ["no"]


def test_a_stream_that_keeps_failing_ends_with_the_budget():
    world = World(Answer(), Answer(), expects="events", max_retries=1)
    world.run()
    world.run(world.attempts.stream_failed(APIStreamError("one"), 500))

    with pytest.raises(APIStreamError, match="two"):
        world.run(world.attempts.stream_failed(APIStreamError("two"), 500))

    assert [attempt.error for attempt in world.attempts.history] == ["one", "two"]


def test_a_stream_that_breaks_is_an_interrupted_one():
    world = World(Answer(), expects="events")
    world.run()

    error = world.attempts.stream_error(broken(), None, "")

    assert isinstance(error, StreamInterruptedError)


def test_the_time_that_a_stream_was_given_is_told_from_a_timeout():
    world = World(Answer(), expects="events")
    world.run()
    world.now = 1010.0

    named = world.attempts.stream_error(timed_out(), 1010.0, "no token came within 10 s")
    plain = world.attempts.stream_error(timed_out(), 2000.0, "no token came within 10 s")

    assert named.message == "no token came within 10 s"
    assert plain.message == "the timeout of 600 s for reading ran out"
    assert type(plain) is type(named) is APITimeoutError


def test_a_secret_that_the_server_echoes_is_taken_out():
    world = World(Answer(401, b'{"error": {"message": "wrong key: sk-secret-key"}}'), max_retries=0)

    with pytest.raises(APIError) as caught:
        world.run()

    assert "sk-secret-key" not in repr(caught.value) + str(caught.value.body)
    assert "[redacted]" in caught.value.message
