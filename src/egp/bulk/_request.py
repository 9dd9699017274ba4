"""One line of input as a request: OpenAI's batch format, or the body alone.

`{"custom_id": …, "method": "POST", "url": "/v1/chat/completions", "body": {…}}` is what OpenAI's batch
service and vLLM's `run-batch` read. A line without these keys is a body, and is numbered.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any, NamedTuple

from egp._core import json as codec
from egp._core.json import UnreadableError
from egp._core.json_types import is_array, is_integer, is_object
from egp.bulk._contract import fault_in
from egp.errors import EGPError

__all__ = ["Request", "UnusableError", "digest_of", "read"]

URLS = frozenset({"/v1/chat/completions", "/v5/chat/completions"})
"""What `url` may be: OpenAI's name of the operation, and ours. Requests go to the client's, either way."""

# What was read as JSON is plain, and holds no cycle: half the cost of `codec.encode`, and the same bytes.
_written = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
).encode

_ENVELOPE = frozenset({"custom_id", "method", "url", "body"})
_BYTES_PER_TOKEN = 4
_TOKENS_OF_A_PART = 800  # an image or a sound, whose base64 says nothing of its tokens
_TOKENS_AROUND = 8


class UnusableError(EGPError):
    """A line that cannot be sent; the message says why, without its place."""


class Request(NamedTuple):
    """A request of a run."""

    custom_id: str
    body: bytes
    """The JSON to send, compact."""
    model: str
    is_stream: bool
    prompt_tokens: int
    """An estimate."""
    most_tokens: int | None
    """The most tokens that the answer may have, all choices together; None where the body sets no bound."""


def read(line: bytes, number: int, *, is_checked: bool = False) -> Request:
    """Return the request on a line; `number` names it where it has no id.

    `is_checked` says that the body has been held against the contract before.

    Raises:
        UnusableError: the line is not JSON, not a request, or its body is not what the contract allows.
    """
    document = _decoded(line)
    if document.keys().isdisjoint(_ENVELOPE):
        return _request(f"request-{number}", document, is_checked)
    custom_id = document.get("custom_id")
    if custom_id is None:
        raise UnusableError("custom_id is missing")
    if not isinstance(custom_id, str) or not custom_id:
        raise UnusableError("custom_id must be a string that is not empty")
    method = document.get("method", "POST")
    if method != "POST":
        raise UnusableError(f"method must be POST, not {_shown(method)}")
    url = document.get("url", "/v1/chat/completions")
    if not isinstance(url, str) or url not in URLS:
        raise UnusableError(f"url must be one of {', '.join(sorted(URLS))}, not {_shown(url)}")
    body = document.get("body")
    if not is_object(body):
        raise UnusableError("body must be an object" if "body" in document else "body is missing")
    return _request(custom_id, body, is_checked)


def digest_of(request: Request) -> int:
    """Return what a result remembers of its request, in 60 bits: another body gives another number.

    The order of keys counts: models answer differently to a schema whose properties are in another order.
    """
    made = blake2b(request.custom_id.encode(errors="surrogatepass"), digest_size=8)
    made.update(b"\0")
    made.update(request.body)
    return int.from_bytes(made.digest(), "big") >> 4


def _decoded(line: bytes) -> dict[str, Any]:
    try:
        document = codec.decode(line)
    except UnreadableError as error:
        raise UnusableError(f"not JSON: {error}") from None
    if not is_object(document):
        raise UnusableError("not a JSON object")
    return document


def _request(custom_id: str, body: dict[str, Any], is_checked: bool) -> Request:
    fault = None if is_checked else fault_in(body)
    if fault is not None:
        raise UnusableError(fault)
    try:
        encoded = _encoded(body)
        custom_id.encode()
    except UnicodeEncodeError:
        raise UnusableError("custom_id: a lone surrogate cannot be written as UTF-8") from None
    except EGPError as error:
        raise UnusableError(error.message) from None
    return Request(
        custom_id,
        encoded,
        body["model"],
        bool(body.get("stream")),
        _prompt_tokens(body, len(encoded)),
        _most_tokens(body),
    )


def _encoded(body: dict[str, Any]) -> bytes:
    try:
        return _written(body).encode()
    except (ValueError, RecursionError):
        # It says what is wrong, and where.
        return codec.encode(body)


def _prompt_tokens(body: dict[str, Any], size: int) -> int:
    parts = [part for message in body["messages"] if is_array(part := message.get("content"))]
    if not parts:
        return size // _BYTES_PER_TOKEN + _TOKENS_AROUND
    tokens = _TOKENS_AROUND
    for message in body["messages"]:
        content = message.get("content")
        if isinstance(content, str):
            tokens += len(content) // _BYTES_PER_TOKEN + _TOKENS_AROUND
        elif is_array(content):
            tokens += sum(_tokens_of_part(part) for part in content)
    return tokens


def _tokens_of_part(part: object) -> int:
    text = part.get("text") if is_object(part) else None
    return len(text) // _BYTES_PER_TOKEN if isinstance(text, str) else _TOKENS_OF_A_PART


def _most_tokens(body: dict[str, Any]) -> int | None:
    most = body.get("max_completion_tokens")
    if most is None:
        most = body.get("max_tokens")
    if not is_integer(most) or most <= 0:
        return None
    choices = body.get("n")
    return most * choices if isinstance(choices, int) and choices > 1 else most


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else f"{shown[:79]}…"
