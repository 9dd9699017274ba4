"""The state of a call: its limits, attempts and last response; and its errors, made with all of that."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from egp._core.failures import Stage
from egp._core.headers import Headers, secrets_in
from egp._core.request import Request, request_target
from egp._core.secrets import scrubbed, scrubbed_value
from egp._loading import LOADING
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
    from egp._core.clock import Clock
    from egp._core.config import Settings
    from egp._core.failures import Failure
    from egp._core.flow import Note
    from egp._core.response import ResponseHead
    from egp._core.secrets import Secret

__all__ = ["CallContext"]

E = TypeVar("E", bound=APIError)


class CallContext:
    """One call, from its first attempt to its result."""

    __slots__ = (
        "_asked_target",
        "clock",
        "head",
        "history",
        "key",
        "note",
        "number",
        "options",
        "redirects",
        "request",
        "retries",
        "settings",
        "target",
        "until",
    )

    def __init__(self, request: Request, settings: Settings, clock: Clock, note: Note | None = None) -> None:
        self.request = request
        self.settings = settings
        self.clock = clock
        self.options = options = settings.call if request.options is None else request.options
        self.until = None if options.deadline is None else clock.monotonic() + options.deadline
        """The instant at which the call's time is up."""
        self.target = self._asked_target = request_target(request, settings)
        """Path and query of the next attempt."""
        self.key: Secret[str] | None = None
        """The key of the last attempt, where a function gave it."""
        self.history: tuple[Attempt, ...] = ()
        """The attempts made."""
        self.head: ResponseHead | None = None
        """The head of the last response; None after an attempt without one."""
        self.note = note
        """What is called after each attempt."""
        self.number: int = 0
        """The attempts begun."""
        self.retries: int = 0
        """How many of them were retries."""
        self.redirects: int = 0
        """How many of them followed a redirect."""

    @property
    def request_info(self) -> RequestInfo:
        """Method and URL."""
        # A redirect may have echoed the key into the path.
        target = self.target if self.target is self._asked_target else self.clean(self.target)
        return RequestInfo(self.request.method, f"{self.settings.origin}{target}")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.request.method} {self.request.path}, {len(self.history)} made>"

    # Time

    def sooner(self, until: float | None) -> float | None:
        """Return the earlier of an instant and the one at which the call's time is up."""
        if self.until is None or until is None:
            return until if self.until is None else self.until
        return min(until, self.until)

    def within(self, seconds: float) -> float:
        """Return the instant that comes in so many seconds, or that at which the call's time is up."""
        at = self.clock.monotonic() + seconds
        return at if self.until is None else min(at, self.until)

    def is_late(self) -> bool:
        """Return whether the call's time is up."""
        return self.until is not None and self._has_come(self.until)

    def _has_come(self, instant: float) -> bool:
        # Timers may fire a moment early.
        return self.clock.monotonic() >= instant - 0.002

    # Errors

    def error(self, kind: type[E], message: str, *, body: Any = None) -> E:
        """Return an error of this call with all that is known of it."""
        head = self.head
        body = self._clean_body(body)
        return kind(
            self.clean(message),
            status_code=None if head is None else head.status,
            request_id=None if head is None else head.request_id,
            body=body,
            headers=None if head is None else head.headers,
            attempts=self.history,
            request=self.request_info,
        )

    def status_error(self, head: ResponseHead, content: bytes, message: str | None = None) -> APIError:
        """Return the error for a response with an error status, in the server's words unless others are."""
        # Imported here: it loads json and html, and only errors need it.
        with LOADING:
            from egp._core.error_body import body_value, message_of

        body = body_value(scrubbed(content, self._secrets()))
        words = message or message_of(head.status, body)
        if head.status == 404 and message is None:
            words += f" ({self.request_info.method} {self.request_info.url}{_repeated(self.target)})"
        return self.error(status_error_type(head.status), words, body=body)

    def attempt_error(self, failure: Failure) -> APIError:
        """Return the error for an attempt without a response."""
        if failure.is_timeout and self.is_late():
            return self.expired()
        return self.error(failure.error, self._message(failure))

    def body_error(self, failure: Failure, received: bytes = b"", *, streaming: bool = False) -> APIError:
        """Return the error for a body that did not come to its end; `received` is the part that did."""
        if failure.is_timeout and self.is_late():
            error: APIError = self.expired(received)
        else:
            kind = (
                StreamInterruptedError if streaming and failure.error is APIConnectionError else failure.error
            )
            error = self.error(kind, self._message(failure) + _came(received), body=received or None)
        if self.history:
            self.history = (*self.history[:-1], self.history[-1]._replace(error=error.message))
            error.attempts = self.history
        error.__cause__ = failure.cause
        return error

    def stream_error(self, failure: Failure, until: float | None, otherwise: str) -> APIError:
        """Return the error for an open stream that failed; `otherwise` says what `until` meant."""
        if failure.is_timeout and until is not None and not self.is_late() and self._has_come(until):
            return self.error(APITimeoutError, otherwise)
        return self.body_error(failure, streaming=True)

    def expired(self, received: bytes = b"") -> APITimeoutError:
        """Return the error for a call whose time is up."""
        message = f"the deadline of {self.options.deadline:.6g} s for the whole call ran out"
        return self.error(APITimeoutError, message + _came(received), body=received or None)

    def redacted(self, head: ResponseHead) -> ResponseHead:
        """Return the head of a response, the secrets that the server echoed into its headers taken out."""
        text = "\n".join(head.headers.joined.values())
        for secret in self._secrets():
            if secret.reveal() in text:
                head.headers = Headers([(name, self.clean(value)) for name, value in head.headers.raw])
                break
        return head

    def _clean_body(self, body: Any) -> Any:
        try:
            return scrubbed_value(body, self._secrets())
        except RecursionError:
            # What nests so deeply was kept as text, where a server sent it; this came through a stream.
            return None

    def clean(self, message: str) -> str:
        """Return a message without the secrets that it may repeat."""
        return scrubbed(message.encode("utf-8", "replace"), self._secrets()).decode("utf-8")

    def _message(self, failure: Failure) -> str:
        words = self._what_failed(failure)
        origin = self.settings.origin
        peer = f"{origin.scheme}://{origin.host_and_port}"
        if failure.via is not None:
            return f"{words} ({peer}, through the proxy {failure.via})"
        return f"{words} ({peer})" if failure.stage is Stage.CONNECT else words

    def _what_failed(self, failure: Failure) -> str:
        if failure.is_timeout and failure.stage is not None:
            seconds = getattr(self.options.timeout, failure.stage.timeout)
            if seconds is not None:
                return f"the timeout of {seconds:.6g} s for {failure.stage.doing} ran out"
        return failure.message

    def _secrets(self) -> tuple[Secret[str], ...]:
        secrets = self.settings.secrets if self.key is None else (*self.settings.secrets, self.key)
        if not self.request.headers:
            return secrets
        return (*secrets, *secrets_in(self.request.headers))


def _came(received: bytes) -> str:
    return f" ({len(received)} bytes of the body had come)" if received else ""


def _repeated(target: str) -> str:
    """Return a remark on a path that has a part twice in a row, as where a base URL ends in `/v5`."""
    parts = target.partition("?")[0].split("/")
    for part, following in pairwise(parts):
        if part and part == following:
            return f": /{part} is there twice; leave it out of the base URL"
    return ""
