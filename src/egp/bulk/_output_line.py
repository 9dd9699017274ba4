"""Lines of output, in OpenAI's batch format, which is also vLLM's.

`{"id": …, "custom_id": …, "response": {"status_code": 200, "request_id": …, "body": {…}}, "error": null}`.
An error status is a `response`, too; `error` is for what has no response. `id` is ours to choose, and holds
a digest of the request, by which a later run knows whether the body under an id is still the same.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from egp._core import json as codec
from egp._core.json import UnreadableError
from egp._core.json_types import is_object

__all__ = ["Answer", "Written", "answer_line", "content_of", "error_line", "one_line", "read", "tokens_of"]

_ID = re.compile(r"egp-([0-9a-f]{15})")
_quoted = json.JSONEncoder(ensure_ascii=False).encode


class Answer(NamedTuple):
    """The body of a response, as its line will have it."""

    body: bytes
    document: Any
    """The body, read; None where it is not JSON."""


class Written(NamedTuple):
    """What a line of output says of its request."""

    custom_id: str
    digest: int
    """What `digest_of` gave for the request; 0 in lines that others wrote."""
    is_success: bool
    status: int | None
    document: dict[str, Any]
    """The whole line."""


def answer_line(custom_id: str, digest: int, status: int, request_id: str | None, body: bytes) -> bytes:
    """Return the line of a response. `body` is JSON, without a line break."""
    head = (
        f'{{"id":"egp-{digest:015x}","custom_id":{_quoted(custom_id)},"response":{{"status_code":{status},'
        f'"request_id":{_quoted(request_id or "")},"body":'
    )
    return head.encode() + body + b'},"error":null}\n'


def error_line(custom_id: str, digest: int, code: str, message: str, body: Any = None) -> bytes:
    """Return the line of a request without a response that can be read; `body` is what came, if anything."""
    error: dict[str, Any] = {"code": code, "message": message}
    if body is not None:
        error["body"] = body
    line = {"id": f"egp-{digest:015x}", "custom_id": custom_id, "response": None, "error": error}
    # Bytes of a broken answer may have been read as lone surrogates.
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"


def one_line(body: bytes) -> Answer | None:
    """Return JSON as it came, or rewritten where it has line breaks; None where it is not JSON."""
    try:
        document = codec.decode(body)
    except UnreadableError:
        return None
    if b"\n" in body or b"\r" in body:
        body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    return Answer(body.strip().removeprefix(b"\xef\xbb\xbf"), document)


def read(line: bytes) -> Written | None:
    """Return what a line of output says; None where it is no such line."""
    try:
        document = codec.decode(line)
    except UnreadableError:
        return None
    if not is_object(document):
        return None
    custom_id = document.get("custom_id")
    if not isinstance(custom_id, str) or "response" not in document:
        return None
    response = document["response"]
    status = response.get("status_code", 200) if is_object(response) else None
    body = response.get("body") if is_object(response) else None
    is_success = (
        not document.get("error")
        and isinstance(status, int)
        and 200 <= status <= 299
        and not (is_object(body) and body.get("error"))
    )
    own = _ID.fullmatch(name) if isinstance(name := document.get("id"), str) else None
    return Written(
        custom_id,
        int(own[1], 16) if own else 0,
        is_success,
        status if isinstance(status, int) else None,
        document,
    )


def tokens_of(document: Any) -> tuple[int, int, int] | None:
    """Return the tokens of prompt and answer, and of the prompt those from a cache; None if unknown."""
    usage = document.get("usage") if is_object(document) else None
    if not is_object(usage):
        return None
    prompt, answer = usage.get("prompt_tokens"), usage.get("completion_tokens")
    if not isinstance(prompt, int) or not isinstance(answer, int):
        return None
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if is_object(details) else None
    return prompt, answer, cached if isinstance(cached, int) else 0


def content_of(body: Any) -> str | None:
    """Return the text of the first choice of a completion; None where there is none."""
    try:
        content = body["choices"][0]["message"]["content"]
    except (TypeError, KeyError, IndexError):
        return None
    return content if isinstance(content, str) else None
