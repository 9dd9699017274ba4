"""The attempt loop: retries, waits and redirects, without I/O.

A generator yields the steps to take and receives what came of them (as httpx's auth flow does), so that the
two drivers share every decision.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from egp._core.course import Course, HeadLike, Surroundings
from egp._core.faults import Failure
from egp._core.reply import Reply, media_type
from egp._core.retry import Again, GiveUp, after_failure, after_status
from egp._core.steps import Discard, Drain, Drained, Send, Sleep, Step
from egp.errors import APIError, APIResponseValidationError, Attempt

if TYPE_CHECKING:
    from egp._core.call import Call
    from egp._core.config import Settings

__all__ = ["LARGEST_ERROR_BODY", "Attempts", "Note", "Surroundings"]

LARGEST_ERROR_BODY = 16 * 1024 * 1024
"""Bytes of the body of an error that are read; the rest is left with the server."""

_ERROR_BODY_SECONDS = 10.0
# What is read of a response that is thrown away, so that its connection can be used again.
_SPARE_BYTES = 64 * 1024
_SPARE_SECONDS = 1.0

Steps = Generator[Step, Any, Reply | None]


class Attempts(Course):
    """The steps of one call."""

    __slots__ = ("_note", "_number", "_redirects", "_retries")

    def __init__(
        self, call: Call, settings: Settings, surroundings: Surroundings, note: Note | None = None
    ) -> None:
        super().__init__(call, settings, surroundings)
        self._note = note
        self._number = 0
        self._retries = 0
        self._redirects = 0

    def steps(self) -> Steps:
        """The steps to take, one at a time. Returns the reply, or None when an event stream is open."""
        clock = self.surroundings.clock
        while True:
            self._number += 1
            started = clock()
            if self.until is not None and started >= self.until:
                raise self.expired()
            patience = self.call.options.first_token_timeout
            until = self.until if patience is None else self.sooner(started + patience)
            outcome: HeadLike | Failure = yield Send(self.target, self._retries, until)
            duration = clock() - started
            if isinstance(outcome, Failure):
                if outcome.is_timeout and patience is not None and duration >= patience - 0.002:
                    outcome = outcome._replace(message=f"the first token did not come within {patience:g} s")
                yield from self._after_failure(outcome, duration)
                continue
            self.head = head = outcome
            if 200 <= head.status < 300:
                self._record(head, duration, None)
                return None if self.call.expects == "events" else (yield from self._whole(head))
            if 300 <= head.status < 400 and head.status != 304:
                self._record(head, duration, None)
                yield from self._after_redirect(head)
            else:
                yield from self._after_status(head, duration)

    def stream_failed(self, error: APIError, status: int | None) -> Steps:
        """The steps after a stream that began with an error in the shape of `status`: a try, or the error."""
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

    def _whole(self, head: HeadLike) -> Generator[Step, Any, Reply]:
        if media_type(head.headers) == "text/event-stream":
            # It may never end: a part of it says enough.
            drained: Drained = yield Drain(self.within(_SPARE_SECONDS), _SPARE_BYTES)
            raise self.error(
                APIResponseValidationError,
                "the server sent an event stream where JSON was asked for",
                body=drained.content.decode("utf-8", "replace"),
            )
        drained = yield Drain(self.until)
        if drained.failure is not None:
            raise self.body_error(drained.failure, drained.content)
        return Reply(self, head, drained.content)

    def _after_failure(self, failure: Failure, duration: float) -> Generator[Step, Any, None]:
        self.head = None
        error = self.attempt_error(failure)
        decision: Again | GiveUp = GiveUp()
        if failure.retried and not (failure.is_timeout and self.is_late()):
            decision = self._in_time(
                after_failure(
                    self.policy,
                    retries=self._retries,
                    random=self.surroundings.random,
                    stale=failure.stale,
                )
            )
        self._record(failure, duration, decision)
        if isinstance(decision, GiveUp):
            raise self._finished(error, decision) from failure.cause
        yield from self._wait(decision)

    def _after_status(self, head: HeadLike, duration: float) -> Generator[Step, Any, None]:
        decision = self._decision(head.status, head)
        if isinstance(decision, Again):
            yield Drain(self.within(_SPARE_SECONDS), _SPARE_BYTES)
            self._record(head, duration, decision)
            yield from self._wait(decision)
            return
        drained: Drained = yield Drain(self.within(_ERROR_BODY_SECONDS), LARGEST_ERROR_BODY)
        self._record(head, duration, decision)
        raise self._finished(self.status_error(head, drained.content), decision)

    def _after_redirect(self, head: HeadLike) -> Generator[Step, Any, None]:
        # Imported here: urllib.parse is slow to load, and most clients never see a redirect.
        from egp._core.redirect import Follow, after_redirect

        decision = after_redirect(
            head.status, head.headers.get("location"), self.request.url, followed=self._redirects
        )
        drained: Drained = yield Drain(self.within(_SPARE_SECONDS), _SPARE_BYTES)
        if not isinstance(decision, Follow):
            raise self.status_error(head, drained.content, decision.message)
        self._redirects += 1
        self.target = decision.target

    def _decision(self, status: int, head: HeadLike) -> Again | GiveUp:
        return self._in_time(
            after_status(
                self.policy,
                status=status,
                headers=head.headers,
                retries=self._retries,
                random=self.surroundings.random,
                wall_clock=self.surroundings.wall_clock,
            )
        )

    def _in_time(self, decision: Again | GiveUp) -> Again | GiveUp:
        if isinstance(decision, GiveUp) or self.until is None:
            return decision
        if self.surroundings.clock() + decision.after < self.until:
            return decision
        return GiveUp(
            f"the deadline of {self.deadline:.6g} s comes before the next attempt,"
            f" due in {decision.after:.3g} s"
        )

    def _wait(self, decision: Again) -> Generator[Step, Any, None]:
        self._retries += 1
        if decision.after > 0:
            yield Sleep(decision.after)

    def _record(self, outcome: HeadLike | Failure, duration: float, decision: Again | GiveUp | None) -> None:
        wait = decision.after if isinstance(decision, Again) else None
        if isinstance(outcome, Failure):
            attempt = Attempt(self._number, None, self.clean(outcome.message), duration, wait, None)
        else:
            request_id = outcome.headers.get("x-request-id")
            attempt = Attempt(self._number, outcome.status, None, duration, wait, request_id)
        self.history = (*self.history, attempt)
        if self._note is not None:
            self._note(self, attempt)

    def _finished(self, error: APIError, decision: GiveUp) -> APIError:
        error.attempts = self.history
        if decision.why is not None:
            error.message = f"{error.message} ({decision.why})"
        return error


Note = Callable[[Attempts, Attempt], None]
"""What is called after each attempt."""
