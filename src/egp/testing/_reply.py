"""Replies: what is sent for one request."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

from attrs import evolve, field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

End = Literal["done", "eof", "close", "reset", "stall"]
"""How an answer ends.

`done`: as the protocol wants; a stream with `data: [DONE]` as its last event. `eof`: a stream without that
event, otherwise the same. `close`: the connection is closed in the middle of the message. `reset`: the same
with a TCP reset. `stall`: nothing more comes and the connection stays open, until the client leaves.
"""

BROKEN: frozenset[End] = frozenset({"close", "reset", "stall"})


@frozen
class Reply:
    """An answer: a head, and a body sent part by part."""

    status: int = 200
    headers: Mapping[str, str] = field(factory=dict[str, str])
    """Headers to add to the server's own, or to send in their place."""
    exact_headers: Sequence[tuple[bytes, bytes]] | None = None
    """All headers that are sent, in place of `headers` and the server's own."""
    parts: Iterable[bytes] = ()
    whole: bool = True
    """Whether the length is declared; otherwise the body goes out chunked, one chunk per part."""
    bare: bool = False
    """Whether the parts are all there is on the wire: no status line, headers or chunks around them."""
    delay: float = 0.0
    """Seconds before the first byte."""
    interval: float = 0.0
    """Seconds between two parts."""
    waits: Sequence[float] = ()
    """Seconds before each part, in place of `interval`."""
    end: End = "done"

    def with_headers(self, headers: Mapping[str, str] | None) -> Reply:
        """Return the same answer with these headers in place of its own of the same names."""
        given = {name.lower(): value for name, value in (headers or {}).items()}
        return evolve(self, headers={**self.headers, **given})


def json_reply(value: Any, *, status: int = 200) -> Reply:
    """Answer with a JSON document."""
    return Reply(status=status, headers={"content-type": "application/json"}, parts=(_json(value),))


def text_reply(text: str | bytes, *, status: int = 200) -> Reply:
    """Answer with text, or with HTML where it begins with `<`."""
    content = text.encode() if isinstance(text, str) else text
    kind = "text/html" if content.lstrip().startswith(b"<") else "text/plain"
    return Reply(status=status, headers={"content-type": f"{kind}; charset=utf-8"}, parts=(content,))


def events_reply(events: Iterable[Any], *, end: End) -> Reply:
    """Answer with an event stream: see `Server.stream` for what an event may be."""
    return Reply(
        headers={"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"},
        parts=_event_parts(events, done=end == "done"),
        whole=False,
        end=end,
    )


def phrase(status: int) -> str:
    """Return the name of a status, where HTTP has one."""
    return next((one.phrase for one in HTTPStatus if one == status), f"Status {status}")


def _event_parts(events: Iterable[Any], *, done: bool) -> Iterator[bytes]:
    for event in events:
        if isinstance(event, bytes):
            yield event
        elif isinstance(event, str):
            yield b"".join(b"data: %b\n" % line.encode() for line in event.split("\n")) + b"\n"
        else:
            yield b"data: %b\n\n" % _json(event)
    if done:
        yield b"data: [DONE]\n\n"


def _json(value: Any) -> bytes:
    """Write JSON as FastAPI does: compact, in UTF-8. Generated models may be anywhere in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_as_dict)
    return text.encode(errors="backslashreplace")  # half a surrogate pair, which only JSON's escape can say


def _as_dict(value: Any) -> Any:
    if hasattr(value, "to_dict"):
        return value.to_dict()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
