"""What the attempt loop asks of a driver: values, each answered before the next one is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from egp._core.failures import Failure

__all__ = ["Discard", "Drain", "Drained", "Send", "Sleep", "Step"]


class Send(NamedTuple):
    """Send the request and read up to the response's headers. Answered by a head or a `Failure`."""

    target: str
    """Path and query."""
    retries: int
    """The value of `x-egp-retry-count`."""
    until: float | None
    """The instant at which the call's time is up."""


class Drain(NamedTuple):
    """Read the body of the response. Answered by `Drained`; the connection is free afterwards."""

    until: float | None
    limit: int | None = None
    """Bytes after which to stop reading; None reads all."""


class Drained(NamedTuple):
    """A body, or the part of it that came."""

    content: bytes
    failure: Failure | None
    """Why the rest did not come."""

    def __repr__(self) -> str:
        # A server may echo the key, and this shows in tracebacks with locals.
        return f"<Drained {len(self.content)} bytes>"


class Discard(NamedTuple):
    """Close the response unread."""


class Sleep(NamedTuple):
    """Wait."""

    seconds: float


Step = Send | Drain | Discard | Sleep
