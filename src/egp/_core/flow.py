"""The flow of a call: attempts, retries, waits and redirects, without I/O.

A generator yields the steps to take and receives what came of them (as httpx's auth flow does), so that the
two drivers share every decision.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from egp._core.context import CallContext
from egp._core.failures import Failure
from egp._core.response import Response, ResponseHead
from egp._core.retry import Again, GiveUp, after_failure, after_status
from egp._loading import LOADING
from egp.errors import APIError, APIResponseValidationError, Attempt

if TYPE_CHECKING:
    from egp._core.secrets import Secret

__all__ = [
    "LARGEST_ERROR_BODY",
    "CallFlow",
    "Discard",
    "Drain",
    "Note",
    "Send",
    "Sleep",
    "Step",
]

LARGEST_ERROR_BODY = 16 * 1024 * 1024
"""Bytes of the body of an error that are read; the rest is left with the server."""

_ERROR_BODY_SECONDS = 10.0
# What is read of a response that is thrown away, so that its connection can be used again.
_SPARE_BYTES = 64 * 1024
_SPARE_SECONDS = 1.0


# No tuples: monitors that print the locals of a traceback would print the parts of one. And they take longer.


class Send:
    """Send the request and read up to the response's headers. Answered by a `ResponseHead` or a `Failure`."""

    __slots__ = ("key", "retries", "target", "until")

    def __init__(self, target: str, retries: int, until: float | None) -> None:
        self.target = target
        """Path and query."""
        self.retries = retries
        """The value of `x-egp-retry-count`."""
        self.until = until
        """The instant at which the call's time is up."""
        self.key: Secret[str] | None = None
        """The key to send, where a function gives it."""


class Drain:
    """Read the body of the response into this; the connection is free afterwards."""

    __slots__ = ("content", "failure", "limit", "until")

    def __init__(self, until: float | None, limit: int) -> None:
        self.until = until
        self.limit = limit
        """Bytes after which to stop reading."""
        self.content = b""
        """The body, or the part of it that came."""
        self.failure: Failure | None = None
        """Why the rest did not come."""


class Discard:
    """Close the response unread."""

    __slots__ = ()


class Sleep:
    """Wait."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


Step = Send | Drain | Discard | Sleep

Steps = Generator[Step, Any, Response | None]


class CallFlow(CallContext):
    """The steps of one call."""

    __slots__ = ()

    def steps(self) -> Steps:
        """Yield the steps to take; return the response, or None when an event stream is open."""
        clock = self.clock.monotonic
        while True:
            self.number += 1
            started = clock()
            if self.until is not None and started >= self.until:
                raise self.expired()
            patience = self.request.first_token_timeout
            until = self.until if patience is None else self.sooner(started + patience)
            outcome: ResponseHead | Failure = yield Send(self.target, self.retries, until)
            duration = clock() - started
            if isinstance(outcome, Failure):
                if outcome.is_timeout and patience is not None and duration >= patience - 0.002:
                    outcome.message = f"the first token did not come within {patience:g} s"
                    outcome.stage = None
                yield from self._after_failure(outcome, duration)
                continue
            self.head = head = self.redacted(outcome)
            attempt = Attempt(self.number, head.status, None, duration, None, head.request_id)
            if 200 <= head.status < 300:
                self._record(attempt)
                return None if self.request.expects == "events" else (yield from self._whole(head))
            if 300 <= head.status < 400 and head.status != 304:
                self._record(attempt)
                yield from self._after_redirect(head)
            else:
                yield from self._after_status(head, attempt)

    def stream_failed(self, error: APIError, status: int | None) -> Steps:
        """Yield the steps after a stream that began with an error in the shape of `status`, or raise it."""
        head = self.head
        decision: Again | GiveUp = GiveUp()
        if status is not None and head is not None:
            decision = self._decision(status, head)
        yield Discard()
        wait = decision.after if isinstance(decision, Again) else None
        self.history = (*self.history[:-1], self.history[-1]._replace(error=error.message, wait=wait))
        if isinstance(decision, GiveUp):
            raise self._finished(error, decision)
        yield from self._wait(decision)
        return (yield from self.steps())

    def _whole(self, head: ResponseHead) -> Generator[Step, Any, Response]:
        if head.content_type == "text/event-stream":
            # It may never end: a part of it says enough.
            drain = Drain(self.within(_SPARE_SECONDS), _SPARE_BYTES)
            yield drain
            raise self.error(
                APIResponseValidationError,
                "the server sent an event stream where JSON was asked for",
                body=drain.content.decode("utf-8", "replace"),
            )
        limit = self.options.max_response_bytes
        drain = Drain(self.until, limit + 1)
        yield drain
        if drain.failure is not None:
            raise self.body_error(drain.failure, drain.content)
        if len(drain.content) > limit:
            raise self.error(
                APIResponseValidationError,
                f"the response is larger than {limit} bytes (max_response_bytes)",
                body=drain.content[:_SPARE_BYTES],
            )
        return Response(self, head, drain.content)

    def _after_failure(self, failure: Failure, duration: float) -> Generator[Step, Any, None]:
        self.head = None
        error = self.attempt_error(failure)
        decision: Again | GiveUp = GiveUp()
        may_help = failure.retried or (failure.is_malformed and self.options.retry.malformed)
        if may_help and not (failure.is_timeout and self.is_late()):
            decision = self._in_time(
                after_failure(
                    self.options.retry,
                    retries=self.retries,
                    random=self.clock.random,
                    stale=failure.stale,
                )
            )
        wait = decision.after if isinstance(decision, Again) else None
        self._record(Attempt(self.number, None, self.clean(failure.message), duration, wait, None))
        if isinstance(decision, GiveUp):
            raise self._finished(error, decision) from failure.cause
        yield from self._wait(decision)

    def _after_status(self, head: ResponseHead, attempt: Attempt) -> Generator[Step, Any, None]:
        decision = self._decision(head.status, head)
        if isinstance(decision, Again):
            yield Drain(self.within(_SPARE_SECONDS), _SPARE_BYTES)
            self._record(attempt._replace(wait=decision.after))
            yield from self._wait(decision)
            return
        drain = Drain(self.within(_ERROR_BODY_SECONDS), LARGEST_ERROR_BODY)
        yield drain
        self._record(attempt)
        raise self._finished(self.status_error(head, drain.content), decision)

    def _after_redirect(self, head: ResponseHead) -> Generator[Step, Any, None]:
        # Imported here: urllib.parse is slow to load, and most clients never see a redirect.
        with LOADING:
            from egp._core.redirect import Follow, after_redirect

        decision = after_redirect(
            head.status, head.headers.get("location"), self.request_info.url, followed=self.redirects
        )
        drain = Drain(self.within(_SPARE_SECONDS), _SPARE_BYTES)
        yield drain
        if not isinstance(decision, Follow):
            raise self.status_error(head, drain.content, decision.message)
        self.redirects += 1
        self.target = decision.target

    def _decision(self, status: int, head: ResponseHead) -> Again | GiveUp:
        return self._in_time(
            after_status(
                self.options.retry,
                status=status,
                headers=head.headers,
                retries=self.retries,
                random=self.clock.random,
                time=self.clock.time,
            )
        )

    def _in_time(self, decision: Again | GiveUp) -> Again | GiveUp:
        if isinstance(decision, GiveUp) or self.until is None:
            return decision
        if self.clock.monotonic() + decision.after < self.until:
            return decision
        return GiveUp(
            f"the deadline of {self.options.deadline:.6g} s comes before the next attempt,"
            f" due in {decision.after:.3g} s"
        )

    def _wait(self, decision: Again) -> Generator[Step, Any, None]:
        self.retries += 1
        seconds = decision.after
        if self.until is not None:
            # What was read of the last response took its time.
            seconds = min(seconds, self.until - self.clock.monotonic())
        if seconds > 0:
            yield Sleep(seconds)

    def _record(self, attempt: Attempt) -> None:
        self.history = (*self.history, attempt)
        if self.note is not None:
            self.note(self, attempt)
        if self.request.note is not None:
            self.request.note(self, attempt)

    def _finished(self, error: APIError, decision: GiveUp) -> APIError:
        error.attempts = self.history
        if decision.why is not None:
            error.message = f"{error.message} ({decision.why})"
        return error


Note = Callable[[CallFlow, Attempt], None]
"""What is called after each attempt."""
