"""The requests that the server received."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

import httpx

from egp._core.headers import SECRET_HEADERS
from egp._core.json_types import is_object

if TYPE_CHECKING:
    from collections.abc import Sequence


class RecordedHeaders(httpx.Headers):
    """Headers as they came in: a mapping without regard to case, whose repr hides keys and cookies."""

    def __repr__(self) -> str:
        pairs = self.multi_items()
        shown = [(name, "[hidden]" if name.lower() in SECRET_HEADERS else value) for name, value in pairs]
        return f"{type(self).__name__}({shown!r})"


class RecordedRequest:
    """One request that a `Server` received."""

    def __init__(
        self,
        *,
        method: str,
        path: str,
        query: Sequence[tuple[str, str]],
        headers: RecordedHeaders,
        content: bytes,
    ) -> None:
        self.method = method
        """The method, in capitals."""
        self.path = path
        """The path without the query, percent-decoded, the server's prefix included."""
        self.query = httpx.QueryParams(tuple(query))
        """The query parameters: a mapping to the first value of each; `.get_list(name)` gives all of them."""
        self.headers = headers
        """The headers; read without regard to case. The key is readable here, and hidden in the repr."""
        self.content = content
        """The body as received."""

    @cached_property
    def json(self) -> Any:
        """The body read as JSON; None where there is no body or it is not JSON."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return None

    @property
    def wants_stream(self) -> bool:
        """Whether the body asks for an event stream."""
        return is_object(self.json) and self.json.get("stream") is True

    def __repr__(self) -> str:
        query = f"?{self.query}" if self.query else ""
        return f"<{self.method} {self.path}{query}, {len(self.content)} bytes>"
