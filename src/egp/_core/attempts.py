"""The course of a call: attempts, waits, redirects, and the error at the end, without I/O.

A generator yields the steps to take and receives what came of them (as httpx's auth flow does), so that the
two drivers share every decision.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from egp._core.call import NOT_GIVEN, Call, NotGiven, Timeouts
from egp._core.faults import Failure
from egp._core.headers import Headers
from egp._core.reply import Reply, media_type
from egp._core.retry import Again, GiveUp, after_failure, after_status, checked
from egp._core.secrets import Secret, scrubbed
from egp._core.steps import Discard, Drain, Drained, Send, Sleep, Step
from egp._core.target import request_target
from egp.errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APITimeoutError,
    Attempt,
    RequestInfo,
    StreamInterruptedError,
    status_error_type,
)

if TYPE_CHECKING:
    from egp._core.config import Settings

__all__ = ["LARGEST_ERROR_BODY", "Attempts", "HeadLike", "Surroundings"]

LARGEST_ERROR_BODY = 16 * 1024 * 1024
"""Bytes of the body of an error that are read; the rest is left with the server."""

_ERROR_BODY_SECONDS = 10.0
# What is read of a response that is thrown away, so that its connection can be used again.
_SPARE_BYTES = 64 * 1024
_SPARE_SECONDS = 1.0

E = TypeVar("E", bound=APIError)


class HeadLike(Protocol):
    """The head of a response, whoever read it."""

    status: int
    headers: Headers


class Surroundings:
    """The clock, the calendar and the chance of a client: parameters, so that tests need no patching."""

    __slots__ = ("clock", "random", "wall_clock")

    def __init__(
        self, clock: Callable[[], float], wall_clock: Callable[[], float], random: Callable[[], float]
    ) -> None:
        self.clock = clock
        """Seconds that only grow."""
        self.wall_clock = wall_clock
        """Seconds since 1970."""
        self.random = random
        """A number from 0 to 1."""


Note = Callable[["Attempts", Attempt], None]


class Attempts:
    """One call from its first attempt to its result, with all that happens on the way."""

    __slots__ = (
        "_call",
        "_deadline",
        "_note",
        "_number",
        "_policy",
        "_redirects",
        "_retries",
        "_settings",
        "_surroundings",
        "_target",
        "headers",
        "history",
        "status",
        "timeouts",
        "until",
    )

    def __init__(
        self, call: Call, settings: Settings, surroundings: Surroundings, note: Note | None = None
    ) -> None:
        self._call = call
        self._settings = settings
        self._surroundings = surroundings
        self._note = note
        options = call.options
        self.timeouts: Timeouts = _chosen(options.timeout, settings.timeout)
        self._policy = settings.retry
        if options.max_retries is not NOT_GIVEN:
            self._policy = checked(self._policy._replace(max_retries=_chosen(options.max_retries, 0)))
        self._deadline = _chosen(options.deadline, settings.deadline)
        self.until = None if self._deadline is None else surroundings.clock() + self._deadline
        """The instant at which the call's time is up."""
        self._target = request_target(call, settings)
        self._number = 0
        self._retries = 0
        self._redirects = 0
        self.history: tuple[Attempt, ...] = ()
        self.status: int | None = None
        """The status of the last response."""
        self.headers: Headers | None = None
        """The headers of the last response."""

    @property
    def call(self) -> Call:
        """What is asked for."""
        return self._call

    @property
    def settings(self) -> Settings:
        """The settings of the client."""
        return self._settings

    @property
    def request(self) -> RequestInfo:
        """Method and URL."""
        return RequestInfo(self._call.method, f"{self._settings.origin}{self._target}")

    def __repr__(self) -> str:
        return f"<Attempts {self._call.method} {self._call.path} {len(self.history)}>"

    def steps(self) -> Generator[Step, Any, Reply | None]:
        """The steps to take, one at a time. Returns the reply, or None when an event stream is open."""
        surroundings = self._surroundings
        while True:
            self._number += 1
            started = surroundings.clock()
            if self.until is not None and started >= self.until:
                raise self._expired()
            outcome: HeadLike | Failure = yield Send(self._target, self._retries, self.until)
            duration = surroundings.clock() - started
            if isinstance(outcome, Failure):
                self.status, self.headers = None, None
                error = self._failed(outcome)
                decision = self._after_failure(outcome)
            else:
                status, headers = outcome.status, outcome.headers
                self.status, self.headers = status, headers
                if 200 <= status < 300:
                    self._record(Attempt(self._number, status, None, duration, None, headers.get("x-request-id")))
                    if self._call.expects == "events":
                        return None
                    return (yield from self._whole())
                if 300 <= status < 400 and status != 304:
                    self._record(Attempt(self._number, status, None, duration, None, headers.get("x-request-id")))
                    yield from self._redirected()
                    continue
                decision = after_status(
                    self._policy,
                    status=status,
                    headers=headers,
                    retries=self._retries,
                    random=surroundings.random,
                    wall_clock=surroundings.wall_clock,
                )
                decision = self._in_time(decision)
                if isinstance(decision, Again):
                    error = None
                    yield Drain(self._within(_SPARE_SECONDS), _SPARE_BYTES)
                else:
                    drained: Drained = yield Drain(self._within(_ERROR_BODY_SECONDS), LARGEST_ERROR_BODY)
                    error = self._status_error(drained.content)
            wait = decision.after if isinstance(decision, Again) else None
            self._record(self._attempt(outcome, duration, wait))
            if isinstance(decision, GiveUp):
                assert error is not None
                raise self._finished(error, decision) from _cause(outcome)
            yield from self._wait(decision)

    def stream_failed(self, error: APIError, status: int | None) -> Generator[Step, Any, Reply | None]:
        """The steps after a stream that began with an error in the shape of `status`: another try, or `error`."""
        decision: Again | GiveUp = GiveUp()
        if status is not None:
            decision = self._in_time(
                after_status(
                    self._policy,
                    status=status,
                    headers={} if self.headers is None else self.headers,
                    retries=self._retries,
                    random=self._surroundings.random,
                    wall_clock=self._surroundings.wall_clock,
                )
            )
        yield Discard()
        wait = decision.after if isinstance(decision, Again) else None
        if self.history:
            self.history = (*self.history[:-1], self.history[-1]._replace(error=error.message, wait=wait))
        if isinstance(decision, GiveUp):
            raise self._finished(error, decision)
        yield from self._wait(decision)
        return (yield from self.steps())

    def error(self, kind: type[E], message: str, *, body: Any = None) -> E:
        """An error of this call with all that is known of it."""
        headers = self.headers
        error = kind(
            self._clean(message),
            status_code=self.status,
            request_id=None if headers is None else headers.get("x-request-id"),
            body=body,
            headers=headers,
            attempts=self.history,
            request=self.request,
        )
        return error

    def body_error(self, failure: Failure, received: bytes = b"", *, streaming: bool = False) -> APIError:
        """The error for a body that did not come to its end; `received` is the part that did."""
        if failure.is_timeout and self._is_late():
            return self._expired(received)
        kind = StreamInterruptedError if streaming and failure.error is APIConnectionError else failure.error
        message = self._timeout_message(failure) if failure.is_timeout else failure.message
        if received:
            message = f"{message} ({len(received)} bytes of the body had come)"
        if self.history:
            self.history = (*self.history[:-1], self.history[-1]._replace(error=self._clean(message)))
        error = self.error(kind, message, body=received or None)
        error.__cause__ = failure.cause
        return error

    def sooner(self, until: float | None) -> float | None:
        """The earlier of an instant and the one at which the call's time is up."""
        if self.until is None or until is None:
            return until if self.until is None else self.until
        return min(until, self.until)

    def stream_error(self, failure: Failure, until: float | None, otherwise: str) -> APIError:
        """The error for an open stream that failed; `otherwise` is what to say when `until` has passed."""
        if failure.is_timeout and until is not None and not self._is_late() and self._has_come(until):
            return self.error(APITimeoutError, otherwise)
        return self.body_error(failure, streaming=True)

    def _whole(self) -> Generator[Step, Any, Reply]:
        headers = self.headers
        assert headers is not None
        assert self.status is not None
        if media_type(headers) == "text/event-stream":
            # It may never end: a part of it says enough.
            drained: Drained = yield Drain(self._within(_SPARE_SECONDS), _SPARE_BYTES)
            body = drained.content.decode("utf-8", "replace")
            raise self.error(
                APIResponseValidationError, "the server sent an event stream where JSON was asked for", body=body
            )
        drained = yield Drain(self.until)
        if drained.failure is not None:
            raise self.body_error(drained.failure, drained.content)
        return Reply(self, drained.content)

    def _redirected(self) -> Generator[Step, Any, None]:
        # Imported here: urllib.parse is slow to load, and most clients never see a redirect.
        from egp._core.redirect import Follow, after_redirect

        assert self.headers is not None
        assert self.status is not None
        decision = after_redirect(
            self.status, self.headers.get("location"), self.request.url, followed=self._redirects
        )
        if isinstance(decision, Follow):
            self._redirects += 1
            yield Drain(self._within(_SPARE_SECONDS), _SPARE_BYTES)
            self._target = decision.target
            return
        drained: Drained = yield Drain(self._within(_SPARE_SECONDS), _SPARE_BYTES)
        body = self._body_value(drained.content)
        raise self.error(status_error_type(self.status), decision.message, body=body)

    def _wait(self, decision: Again) -> Generator[Step, Any, None]:
        self._retries += 1
        if decision.after > 0:
            yield Sleep(decision.after)

    def _after_failure(self, failure: Failure) -> Again | GiveUp:
        if not failure.retried or (failure.is_timeout and self._is_late()):
            return GiveUp()
        return self._in_time(
            after_failure(
                self._policy, retries=self._retries, random=self._surroundings.random, stale=failure.stale
            )
        )

    def _in_time(self, decision: Again | GiveUp) -> Again | GiveUp:
        if (
            isinstance(decision, Again)
            and self.until is not None
            and self._surroundings.clock() + decision.after >= self.until
        ):
            return GiveUp(
                f"the deadline of {self._deadline:.6g} s comes before the next attempt, due in"
                f" {decision.after:.3g} s"
            )
        return decision

    def _is_late(self) -> bool:
        return self.until is not None and self._has_come(self.until)

    def _has_come(self, instant: float) -> bool:
        # Timers may fire a moment early.
        return self._surroundings.clock() >= instant - 0.002

    def _within(self, seconds: float) -> float:
        at = self._surroundings.clock() + seconds
        return at if self.until is None else min(at, self.until)

    def _failed(self, failure: Failure) -> APIError:
        if failure.is_timeout and self._is_late():
            return self._expired()
        message = self._timeout_message(failure) if failure.is_timeout else failure.message
        return self.error(failure.error, message)

    def _timeout_message(self, failure: Failure) -> str:
        for step, seconds in (
            ("connecting", self.timeouts.connect),
            ("reading", self.timeouts.read),
            ("sending", self.timeouts.write),
        ):
            if seconds is not None and failure.message == f"the timeout for {step} ran out":
                return f"the timeout of {seconds:.6g} s for {step} ran out"
        return failure.message

    def _expired(self, received: bytes = b"") -> APITimeoutError:
        message = f"the deadline of {self._deadline:.6g} s for the whole call ran out"
        if received:
            message = f"{message} ({len(received)} bytes of the body had come)"
        return self.error(APITimeoutError, message, body=received or None)

    def _status_error(self, content: bytes) -> APIError:
        # Imported here: it loads json and html, and only errors need it.
        from egp._core.problem import message_of

        assert self.status is not None
        body = self._body_value(content)
        return self.error(status_error_type(self.status), message_of(self.status, body), body=body)

    def _body_value(self, content: bytes) -> Any:
        from egp._core.problem import body_value

        return body_value(scrubbed(content, self._secrets()))

    def _finished(self, error: E, decision: GiveUp) -> E:
        error.attempts = self.history
        if decision.why is not None:
            error.message = f"{error.message} ({decision.why})"
        return error

    def _attempt(self, outcome: HeadLike | Failure, duration: float, wait: float | None) -> Attempt:
        if isinstance(outcome, Failure):
            return Attempt(self._number, None, self._clean(outcome.message), duration, wait, None)
        return Attempt(self._number, outcome.status, None, duration, wait, outcome.headers.get("x-request-id"))

    def _record(self, attempt: Attempt) -> None:
        self.history = (*self.history, attempt)
        if self._note is not None:
            self._note(self, attempt)

    def _clean(self, message: str) -> str:
        return scrubbed(message.encode("utf-8", "replace"), self._secrets()).decode("utf-8")

    def _secrets(self) -> tuple[Secret[str], ...]:
        own = (value for _, value in self._call.headers if isinstance(value, Secret))
        return (*self._settings.secrets, *own)


def _cause(outcome: HeadLike | Failure) -> BaseException | None:
    return outcome.cause if isinstance(outcome, Failure) else None


V = TypeVar("V")


def _chosen(value: V | NotGiven, otherwise: V) -> V:
    return otherwise if isinstance(value, NotGiven) else value
