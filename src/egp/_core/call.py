"""What one call asks for: a value that the public surface builds and the drivers carry out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeGuard

from egp._core.secrets import Field, fields
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["DEFAULT_TIMEOUT", "NOT_GIVEN", "Call", "CallOptions", "NotGiven", "Timeouts"]


class NotGiven:
    """The type of `NOT_GIVEN`: an option left to the client, where None has a meaning of its own."""

    __slots__ = ()

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"

    def __reduce__(self) -> str:
        return "NOT_GIVEN"


NOT_GIVEN = NotGiven()


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
        parts: list[Any]
        if value is None or isinstance(value, (int, float)):
            parts = [value] * 4
        elif _is_tuple(value):
            parts = list(value)
        else:
            parts = [getattr(value, name, value) for name in cls._fields]
        if len(parts) != 4:
            raise TypeError("a timeout in four parts has connect, read, write and pool")
        return cls(*(_seconds(part) for part in parts))


def _is_tuple(value: object) -> TypeGuard[tuple[Any, ...]]:
    return isinstance(value, tuple)


def _seconds(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"a timeout takes seconds, None or httpx.Timeout, not {type(value).__name__}")
    # Written so that NaN fails too.
    if not value > 0:
        raise ValueError(f"a timeout is a positive number of seconds, not {value!r}")
    return None if value == float("inf") else float(value)


DEFAULT_TIMEOUT = Timeouts(connect=5.0, read=600.0, write=60.0, pool=60.0)
"""Language models may think for minutes before the first byte; a host that does not answer a
connection attempt within seconds is down."""


class CallOptions(NamedTuple):
    """Settings of one call, where they differ from the client's."""

    timeout: Timeouts | NotGiven = NOT_GIVEN
    max_retries: int | NotGiven = NOT_GIVEN
    deadline: float | NotGiven | None = NOT_GIVEN
    """Seconds for the whole call: attempts, waits, body and stream; None for no limit."""
    first_token_timeout: float | None = None
    """Seconds that an attempt may take to the first token of its stream, response headers included."""


INHERITED = CallOptions()


class Call:
    """One request of the API, before policy and without secrets of the client's own."""

    __slots__ = (
        "content",
        "content_type",
        "expects",
        "headers",
        "is_target",
        "method",
        "options",
        "path",
        "query",
    )

    content: bytes | None
    """The whole body: bytes, so that every attempt sends the same."""
    headers: tuple[Field, ...]
    """Fields to add to, or to put in place of, the client's; values of secret ones are wrapped."""
    query: Sequence[tuple[str, str]]
    """Parameters to add to the client's `default_query`, in order."""
    is_target: bool
    """Whether `path` is the whole request target: base path and query included, nothing to be added."""
    expects: Literal["json", "events"]
    """`events` asks for an event stream and leaves the body open."""

    def __init__(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        content_type: str | None = "application/json",
        query: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | tuple[Field, ...] | None = None,
        options: CallOptions = INHERITED,
        is_target: bool = False,
        expects: Literal["json", "events"] = "json",
    ) -> None:
        # Bound to the same name, so that no local of this frame holds the values given.
        headers, fault = fields(headers)
        if fault is not None:
            raise EGPError(fault)
        self.headers = headers
        self.method = method
        self.path = path
        self.is_target = is_target
        self.content = content
        self.content_type = content_type
        self.query = query
        self.options = options
        self.expects = expects

    def __repr__(self) -> str:
        size = 0 if self.content is None else len(self.content)
        return f"<Call {self.method} {self.path} {size} bytes>"
