"""What one call asks for: a value that the public surface builds and the drivers carry out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

__all__ = ["DEFAULT_TIMEOUT", "Call", "CallOptions", "Timeouts"]


class Timeouts(NamedTuple):
    """Seconds that each step of one attempt may take, as in `httpx.Timeout`; None waits for ever."""

    connect: float | None
    read: float | None
    write: float | None
    pool: float | None

    @classmethod
    def of(cls, value: object) -> Timeouts:
        """Timeouts from what users pass: seconds, None, `httpx.Timeout`, or its 4-tuple.

        Raises TypeError for anything else, ValueError for a number that is no length of time.
        """
        if isinstance(value, Timeouts):
            return value
        if value is None or isinstance(value, (int, float)):
            parts: Sequence[object] = (value,) * 4
        elif isinstance(value, tuple) and len(value) == 4:
            parts = value
        else:
            try:
                parts = tuple(getattr(value, name) for name in cls._fields)
            except AttributeError:
                raise TypeError(
                    f"timeout takes seconds, None or httpx.Timeout, not {type(value).__name__}"
                ) from None
        return cls(*(_seconds(part) for part in parts))


def _seconds(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"a timeout takes seconds or None, not {type(value).__name__}")
    # Written so that NaN fails too.
    if not value > 0:
        raise ValueError(f"a timeout is a positive number of seconds, not {value!r}")
    return None if value == float("inf") else float(value)


DEFAULT_TIMEOUT = Timeouts(connect=5.0, read=600.0, write=60.0, pool=60.0)
"""Language models may think for minutes before the first byte; a host that does not answer a
connection attempt within seconds is down."""


class CallOptions(NamedTuple):
    """Settings of one call; None means the client's own."""

    timeout: Timeouts | None = None
    max_retries: int | None = None
    deadline: float | None = None
    """Seconds for the whole call: attempts, waits, body and stream."""
    no_timeout: bool = False
    """`timeout=None` was asked for: wait for ever, whatever the client's own timeouts are."""


class Call:
    """One request of the API, before policy and without secrets of the client's own."""

    __slots__ = ("content", "content_type", "expects", "headers", "method", "options", "path", "query")

    def __init__(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        content_type: str | None = "application/json",
        query: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        options: CallOptions | None = None,
        expects: Literal["json", "events"] = "json",
    ) -> None:
        self.method = method
        self.path = path
        """Path below the base URL, percent-encoded, from its first slash; or an absolute URL of its origin."""
        self.content = content
        """The whole body: bytes, so that every attempt sends the same."""
        self.content_type = content_type
        self.query = query
        """Parameters to add to the client's `default_query`, in order."""
        self.headers = headers
        """Headers to add to, or to put in place of, the client's."""
        self.options = options
        self.expects = expects
        """`events` asks for an event stream and leaves the body open."""

    def __repr__(self) -> str:
        size = 0 if self.content is None else len(self.content)
        return f"<Call {self.method} {self.path} {size} bytes>"
