"""Texts of messages, tokens and log probabilities."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from egp._core.json_types import Object, is_array, is_object


def tokens(text: str) -> list[str]:
    """Split a text into tokens: words, each with the white space before it."""
    return re.findall(r"\s*\S+|\s+$", text)


def text_of(content: object) -> str:
    """Read a message's content as text; parts that are not text appear as their type in brackets."""
    if isinstance(content, str):
        return content
    parts = [part for part in content if is_object(part)] if is_array(content) else []
    return " ".join(str(part["text"]) if "text" in part else f"[{part.get('type')}]" for part in parts)


def text_before(stop: Any, text: str) -> str:
    """Return the text up to the first of the stop sequences."""
    sequences: list[str] = [stop] if isinstance(stop, str) else stop or []
    for sequence in filter(None, sequences):
        text = text.partition(sequence)[0]
    return text


def logprob(token: str, *, count: int) -> Object:
    """Return a token's log probability, and `count` tokens that were likely in its place."""
    likely = [_likelihood(f"{token}{rank or ''}", _chance(token) - rank) for rank in range(count)]
    return {**_likelihood(token, _chance(token)), "top_logprobs": likely}


def _likelihood(token: str, value: float) -> Object:
    return {"token": token, "logprob": value, "bytes": list(_encoded(token))}


def _chance(token: str) -> float:
    return -hashlib.sha256(_encoded(token)).digest()[0] / 256


def _encoded(token: str) -> bytes:
    return token.encode(errors="replace")  # half a surrogate pair may come in as a JSON escape
