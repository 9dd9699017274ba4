"""What the events of a stream mean: chunks, the end, errors, and what is passed over."""

from __future__ import annotations

import re
from typing import Any

from egp._core import json
from egp._core.error_body import body_value, message_in
from egp._core.json_types import is_array, is_object
from egp.errors import APIError, APIResponseValidationError, APIStreamError

__all__ = [
    "DONE",
    "StreamFailure",
    "checked",
    "chunk_payload",
    "complete_choices",
    "error_status",
    "no_choice",
    "says_something",
    "wrong_body",
]

DONE = object()
"""What `chunk_payload` gives for the event that ends a stream."""

_THREE_DIGITS = re.compile(r"[0-9]{3}")
_KEEP_ALIVES = frozenset({"ping", "heartbeat", "keepalive", "keep-alive"})

_STATUS_KEYS = ("status_code", "statusCode", "status", "code", "http_code", "type")

# The words that servers use, in `type` or `code`, where they give no number.
_STATUS_OF_WORD = {
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "rate_limited": 429,
    "too_many_requests": 429,
    "throttling": 429,
    "throttlingexception": 429,
    "resource_exhausted": 429,
    "server_error": 500,
    "internal_error": 500,
    "internal_server_error": 500,
    "internalservererror": 500,
    "api_error": 500,
    "internal": 500,
    "bad_gateway": 502,
    "unavailable": 503,
    "service_unavailable": 503,
    "service_unavailable_error": 503,
    "serviceunavailable": 503,
    "deadline_exceeded": 504,
    "gateway_timeout": 504,
    "timeout_error": 504,
    "overloaded": 529,
    "overloaded_error": 529,
}


class StreamFailure(Exception):  # noqa: N818 - not an error yet: the driver makes one of it, with what it knows
    """Why a stream gives no more chunks."""

    def __init__(self, kind: type[APIError], message: str, body: Any, status: int | None = None) -> None:
        # Without the words, which a server may have put a key into: its repr is in the locals of tracebacks.
        super().__init__()
        self.kind = kind
        self.message = message
        self.body = body
        self.status = status
        """The HTTP status in whose shape the server reported the error, where it did."""


def chunk_payload(data: bytes, name: str, *, is_chat: bool = False, may_be_cut: bool = False) -> Any:
    """Return the JSON object of an event that is a chunk; None for one to pass over; `DONE` for the end.

    `may_be_cut`: the stream ended in this event, so data that cannot be read are a piece of something.

    Raises StreamFailure for errors that the server reports and for data that cannot be read.
    """
    if name == "message":
        if data == b"[DONE]":
            return DONE
        try:
            payload = json.decode(data)
        except json.UnreadableError as error:
            return _unreadable(data, error, may_be_cut=may_be_cut)
        if payload.__class__ is dict:
            return checked(payload, is_chat=is_chat)
        if payload is None:
            return None
        raise StreamFailure(
            APIResponseValidationError, "an event of the stream is JSON, but no object", body_value(data)
        )
    return _named_payload(data, name, is_chat=is_chat, may_be_cut=may_be_cut)


def checked(payload: dict[str, Any], *, is_chat: bool = False) -> dict[str, Any] | None:
    """Return the JSON object of an unnamed event if it is a chunk, None for one to pass over.

    Raises StreamFailure for an error, also in the shapes of the contract's error bodies where `is_chat`.
    """
    if payload.get("error") or ("choices" not in payload and _is_error(payload)):
        raise _reported(payload)
    if "choices" in payload:
        return payload
    if is_chat:
        if payload.get("detail") or isinstance(payload.get("message"), str):
            raise _reported(payload)
        if not payload:
            return None
    return None if _is_ping(payload) else payload


def complete_choices(payload: dict[str, Any]) -> None:
    """Give a chunk what every reader relies on: a list of choices, each an object with an object as `delta`.

    Servers send null for either, or leave it out. Raises StreamFailure where something else stands there.
    """
    choices: Any = payload.get("choices")
    if choices.__class__ is list:
        for choice in choices:
            if choice.__class__ is not dict or choice.get("delta").__class__ is not dict:
                break
        else:
            return
    elif choices is not None:
        raise _no_chunk(payload)
    payload["choices"] = [_with_delta(choice, payload) for choice in choices or () if choice is not None]


def _with_delta(choice: Any, chunk: dict[str, Any]) -> dict[str, Any]:
    if is_object(choice):
        delta = choice.get("delta")
        if delta is None:
            return {**choice, "delta": {}}
        if is_object(delta):
            return choice
    raise _no_chunk(chunk)


def _no_chunk(payload: dict[str, Any]) -> StreamFailure:
    return StreamFailure(
        APIResponseValidationError, "the choices of a chunk are not what a chunk has", payload
    )


def _named_payload(data: bytes, name: str, *, is_chat: bool, may_be_cut: bool) -> Any:
    try:
        payload = json.decode(data)
    except json.UnreadableError:
        payload = None
    if name == "error":
        if may_be_cut and payload is None:
            return None
        raise _reported(body_value(data))
    if not is_object(payload) or name in _KEEP_ALIVES:
        return DONE if data.strip() == b"[DONE]" else None
    if payload.get("error") or _is_error(payload):
        raise _reported(payload)
    if is_chat:
        # An event of a vendor's own may say anything; a chunk has choices.
        return payload if is_array(payload.get("choices")) else None
    return None if _is_ping(payload) else payload


def _unreadable(data: bytes, error: json.UnreadableError, *, may_be_cut: bool) -> Any:
    text = data.strip()
    if text == b"[DONE]":
        return DONE
    if not text or may_be_cut:
        return None
    message = f"an event of the stream cannot be read as JSON: {error}"
    raise StreamFailure(APIResponseValidationError, message, body_value(data)) from None


def _is_error(payload: dict[str, Any]) -> bool:
    return payload.get("object") == "error" or payload.get("type") == "error"


def _is_ping(payload: dict[str, Any]) -> bool:
    return payload.get("type") in _KEEP_ALIVES


def _reported(body: Any) -> StreamFailure:
    message = message_in(body) or "the server reported an error in the stream, without a message"
    return StreamFailure(APIStreamError, message, body, error_status(body))


def error_status(body: Any) -> int | None:
    """Return the HTTP status that an error object stands for, by its numbers or words, or None."""
    whole = _object_or_empty(body)
    for part in (_object_or_empty(whole.get("error")), whole):
        values = [part.get(key) for key in _STATUS_KEYS]
        for value in values:
            number = int(value) if isinstance(value, str) and _THREE_DIGITS.fullmatch(value) else value
            if isinstance(number, int) and 400 <= number <= 599:
                return number
        for value in values:
            if isinstance(value, str) and (status := _STATUS_OF_WORD.get(value.lower())):
                return status
    return None


def wrong_body(content: bytes, content_type: str) -> StreamFailure:
    """Return what to say of a whole body that came where an event stream was asked for."""
    body = body_value(content)
    if is_object(body) and (body.get("error") or _is_error(body)):
        return _reported(body)
    what = content_type or "a body without content type"
    if body is None:
        return StreamFailure(
            APIResponseValidationError, f"the server sent an empty body ({what}), not an event stream", None
        )
    if content_type == "text/event-stream":
        message = "the server sent a body that is not an event stream, as text/event-stream"
    else:
        message = f"the server sent {what} where an event stream was asked for"
    return StreamFailure(APIResponseValidationError, message, body)


def no_choice(payload: dict[str, Any] | None) -> StreamFailure:
    """Return what to say of a stream without any choice; `payload` is what it had instead, if anything."""
    words = message_in(payload)
    message = "the stream ended without any choice"
    return StreamFailure(APIResponseValidationError, f"{message}: {words}" if words else message, payload)


def says_something(payload: dict[str, Any]) -> bool:
    """Whether a chat chunk has more than a role: text, a call, a reason to finish, anything of an answer."""
    choices = payload.get("choices")
    for choice in choices if is_array(choices) else ():
        piece = _object_or_empty(choice)
        delta = _object_or_empty(piece.get("delta"))
        if piece.get("finish_reason") or any(value for key, value in delta.items() if key != "role"):
            return True
    return False


def _object_or_empty(value: object) -> dict[str, Any]:
    return value if is_object(value) else {}
