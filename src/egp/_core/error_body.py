"""Error bodies: what the server says went wrong, in its own words."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeGuard, cast

__all__ = ["LONGEST_MESSAGE", "body_value", "message_in", "message_of"]

LONGEST_MESSAGE = 500
"""Characters of a server's message that are kept; the whole is in the error's `body`."""


def body_value(content: bytes) -> Any:
    """Return the body as JSON where it is JSON, else as text, else as the bytes received; None when empty."""
    if not content:
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def message_of(status: int, body: Any) -> str:
    """Return the readable message of an error response with this status and `body_value`."""
    return message_in(body) or f"the server answered with status {_phrase(status)} and no message"


def message_in(body: Any) -> str | None:
    """Return the server's own words in a body of any of the known shapes, cut to a readable length.

    `{"error": {"message": …}}`, `{"error": "…"}`, `{"detail": "…"}`, `{"detail": [{"loc", "msg"}, …]}`,
    `{"message": …}`, HTML and text; a JSON value of another shape is shown as it is.
    """
    if isinstance(body, bytes):
        body = body[: 8 * LONGEST_MESSAGE].decode("utf-8", "replace")
    try:
        text = _of_text(body) if isinstance(body, str) else _of_json(body)
    except RecursionError:
        return "the server's message is nested too deeply to be shown"
    return _cut(text) if text else None


def _of_json(body: Any) -> str | None:
    if isinstance(body, Mapping):
        fields = cast("Mapping[str, Any]", body)
        error = fields.get("error")
        inner: Any = cast("Mapping[str, Any]", error).get("message") if isinstance(error, Mapping) else None
        # A text as `error` is a bare word where there is a sentence beside it.
        word = error if isinstance(error, str) else None
        sentences = (fields.get(name) for name in ("error_description", "detail", "message"))
        for value in (inner, *sentences, word):
            text = _words(value)
            if text:
                return text
        if error:
            return _json_text(error)
    return _json_text(body) if body else None


def _words(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if _is_list(value) and value:
        # FastAPI's list of faults; more than ten tell no more.
        return "; ".join(_fault(item) for item in value[:10])
    if isinstance(value, Mapping) and value:
        fields = cast("Mapping[str, Any]", value)
        return _words(fields.get("message")) or _words(fields.get("msg")) or _json_text(fields)
    return None


def _fault(item: Any) -> str:
    if not isinstance(item, Mapping):
        return item if isinstance(item, str) else _json_text(item)
    fields = cast("Mapping[str, Any]", item)
    message, location = fields.get("msg"), fields.get("loc")
    if not isinstance(message, str):
        return _json_text(fields)
    where = ".".join(str(place) for place in location) if _is_list(location) else ""
    return f"{where}: {message}" if where else message


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[: 2 * LONGEST_MESSAGE]


_TITLE = re.compile(r"<title[^<>]*>([^<]*)", re.IGNORECASE)
_HIDDEN = re.compile(r"<(script|style)\b.*?(</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")


def _of_text(text: str) -> str:
    text = text[: 64 * LONGEST_MESSAGE]
    if not text.lstrip("\ufeff \t\r\n").startswith("<"):
        return text
    title = _TITLE.search(text)
    shown = title.group(1) if title and title.group(1).strip() else _TAG.sub(" ", _HIDDEN.sub(" ", text))
    return html.unescape(shown)


def _cut(text: str) -> str:
    # Control characters out: messages end up in terminals and logs.
    words = " ".join("".join(c if c.isprintable() else " " for c in text[: 8 * LONGEST_MESSAGE]).split())
    return words if len(words) <= LONGEST_MESSAGE else words[: LONGEST_MESSAGE - 1].rstrip() + "…"


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
