"""What is known of a call under way: limits, attempts, the last response; and the errors that tell of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from egp._core.call import NOT_GIVEN, Call, NotGiven, Timeouts
from egp._core.retry import checked
from egp._core.secrets import Secret, scrubbed
from egp._core.target import request_target
from egp.errors import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    Attempt,
    RequestInfo,
    StreamInterruptedError,
    status_error_type,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from egp._core.config import Settings
    from egp._core.faults import Failure
    from egp._core.headers import Headers

__all__ = ["Course", "HeadLike", "Surroundings"]

E = TypeVar("E", bound=APIError)
V = TypeVar("V")


class HeadLike(Protocol):
    """The head of a response, whoever read it."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Headers: ...


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


class Course:
    """One call, from its first attempt to its result."""

    __slots__ = (
        "call",
        "deadline",
        "head",
        "history",
        "policy",
        "settings",
        "surroundings",
        "target",
        "timeouts",
        "until",
    )

    def __init__(self, call: Call, settings: Settings, surroundings: Surroundings) -> None:
        options = call.options
        self.call = call
        self.settings = settings
        self.surroundings = surroundings
        self.timeouts: Timeouts = _chosen(options.timeout, settings.timeout)
        self.policy = settings.retry
        if options.max_retries is not NOT_GIVEN:
            self.policy = checked(self.policy._replace(max_retries=_chosen(options.max_retries, 0)))
        self.deadline = _chosen(options.deadline, settings.deadline)
        self.until = None if self.deadline is None else surroundings.clock() + self.deadline
        """The instant at which the call's time is up."""
        self.target = request_target(call, settings)
        """Path and query of the next attempt."""
        self.history: tuple[Attempt, ...] = ()
        """The attempts made."""
        self.head: HeadLike | None = None
        """The head of the last response; None after an attempt without one."""

    @property
    def request(self) -> RequestInfo:
        """Method and URL."""
        return RequestInfo(self.call.method, f"{self.settings.origin}{self.target}")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.call.method} {self.call.path}, {len(self.history)} made>"

    # Time

    def sooner(self, until: float | None) -> float | None:
        """The earlier of an instant and the one at which the call's time is up."""
        if self.until is None or until is None:
            return until if self.until is None else self.until
        return min(until, self.until)

    def within(self, seconds: float) -> float:
        """The instant that comes in so many seconds, or that at which the call's time is up."""
        at = self.surroundings.clock() + seconds
        return at if self.until is None else min(at, self.until)

    def is_late(self) -> bool:
        """Whether the call's time is up."""
        return self.until is not None and self._has_come(self.until)

    def _has_come(self, instant: float) -> bool:
        # Timers may fire a moment early.
        return self.surroundings.clock() >= instant - 0.002

    # Errors

    def error(self, kind: type[E], message: str, *, body: Any = None) -> E:
        """An error of this call with all that is known of it."""
        head = self.head
        return kind(
            self.clean(message),
            status_code=None if head is None else head.status,
            request_id=None if head is None else head.headers.get("x-request-id"),
            body=body,
            headers=None if head is None else head.headers,
            attempts=self.history,
            request=self.request,
        )

    def status_error(self, head: HeadLike, content: bytes, message: str | None = None) -> APIError:
        """The error for a response with an error status, in the server's words unless others are given."""
        # Imported here: it loads json and html, and only errors need it.
        from egp._core.problem import body_value, message_of

        body = body_value(scrubbed(content, self._secrets()))
        return self.error(status_error_type(head.status), message or message_of(head.status, body), body=body)

    def attempt_error(self, failure: Failure) -> APIError:
        """The error for an attempt without a response."""
        if failure.is_timeout and self.is_late():
            return self.expired()
        return self.error(failure.error, self._told(failure))

    def body_error(self, failure: Failure, received: bytes = b"", *, streaming: bool = False) -> APIError:
        """The error for a body that did not come to its end; `received` is the part that did."""
        if failure.is_timeout and self.is_late():
            error: APIError = self.expired(received)
        else:
            kind = (
                StreamInterruptedError if streaming and failure.error is APIConnectionError else failure.error
            )
            error = self.error(kind, self._told(failure) + _came(received), body=received or None)
        if self.history:
            self.history = (*self.history[:-1], self.history[-1]._replace(error=error.message))
            error.attempts = self.history
        error.__cause__ = failure.cause
        return error

    def stream_error(self, failure: Failure, until: float | None, otherwise: str) -> APIError:
        """The error for an open stream that failed; `otherwise` is what to say when `until` has passed."""
        if failure.is_timeout and until is not None and not self.is_late() and self._has_come(until):
            return self.error(APITimeoutError, otherwise)
        return self.body_error(failure, streaming=True)

    def expired(self, received: bytes = b"") -> APITimeoutError:
        """The error for a call whose time is up."""
        message = f"the deadline of {self.deadline:.6g} s for the whole call ran out"
        return self.error(APITimeoutError, message + _came(received), body=received or None)

    def clean(self, message: str) -> str:
        """A message without secrets that it may repeat."""
        return scrubbed(message.encode("utf-8", "replace"), self._secrets()).decode("utf-8")

    def _told(self, failure: Failure) -> str:
        timeouts = self.timeouts
        steps = {"connecting": timeouts.connect, "reading": timeouts.read, "sending": timeouts.write}
        for step, seconds in steps.items():
            if seconds is not None and failure.message == f"the timeout for {step} ran out":
                return f"the timeout of {seconds:.6g} s for {step} ran out"
        return failure.message

    def _secrets(self) -> tuple[Secret[str], ...]:
        own = (value for _, value in self.call.headers if isinstance(value, Secret))
        return (*self.settings.secrets, *own)


def _came(received: bytes) -> str:
    return f" ({len(received)} bytes of the body had come)" if received else ""


def _chosen(value: V | NotGiven, otherwise: V) -> V:
    return otherwise if isinstance(value, NotGiven) else value
