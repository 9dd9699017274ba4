"""One request of the API: a value that the public surface builds and the engine carries out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from egp._core.headers import Field, checked_headers
from egp._loading import LOADING
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from egp._core.config import Settings
    from egp._core.flow import Note
    from egp._core.options import CallOptions

__all__ = ["Request", "request_target"]


class Request:
    """One request, before policy and without the client's own secrets."""

    __slots__ = (
        "content",
        "content_type",
        "expects",
        "first_token_timeout",
        "headers",
        "is_target",
        "method",
        "note",
        "options",
        "path",
        "query",
    )

    content: bytes | None
    """The whole body: bytes, so that every attempt sends the same."""
    headers: tuple[Field, ...]
    """Fields to add to the client's, or to send in their places; values of secret ones are wrapped."""
    query: Sequence[tuple[str, str]]
    """Parameters to add to the client's `default_query`, in order."""
    is_target: bool
    """Whether `path` is the whole request target: base path and query included, nothing to be added."""
    options: CallOptions | None
    """How the call is made; None for the client's own options."""
    first_token_timeout: float | None
    """Seconds that an attempt may take to the first token of its stream, response headers included."""
    note: Note | None
    """What is to be called after each attempt, beside the log."""
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
        options: CallOptions | None = None,
        first_token_timeout: float | None = None,
        is_target: bool = False,
        expects: Literal["json", "events"] = "json",
    ) -> None:
        # Bound to the same name, so that no local of this frame holds the values given.
        headers, fault = checked_headers(headers) if headers else ((), None)
        if fault is not None:
            raise EGPError(fault)
        self.headers = headers
        self.method = method
        self.note = None
        self.path = path
        self.is_target = is_target
        self.content = content
        self.content_type = content_type
        self.query = query
        self.options = options
        self.first_token_timeout = first_token_timeout
        self.expects = expects

    def __repr__(self) -> str:
        size = 0 if self.content is None else len(self.content)
        return f"<Request {self.method} {self.path} {size} bytes>"


def request_target(request: Request, settings: Settings) -> str:
    """Return path and query of a request (RFC 9112, section 3.2.1), the base URL's path before it."""
    if request.is_target:
        return request.path
    path = f"{settings.base_path}/{request.path.lstrip('/')}"
    if not settings.default_query and not request.query:
        return path
    # Imported here: it is slow to load, and most calls have no query.
    with LOADING:
        from urllib.parse import urlencode

    named = {name for name, _ in request.query}
    pairs = [(name, value) for name, value in settings.default_query if name not in named]
    return f"{path}?{urlencode([*pairs, *request.query])}"
