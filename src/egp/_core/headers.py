"""Header fields: what may be sent, what may be shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from egp.errors import EGPError

__all__ = ["REDACTED", "SECRET_HEADERS", "Headers", "checked_name", "checked_value"]

SECRET_HEADERS = frozenset(
    {
        "authorization",
        "cookie",
        "proxy-authorization",
        "set-cookie",
        "x-api-key",
        "x-openai-api-key",
        "x-selected-account-id",
    }
)
"""Headers whose values are shown nowhere."""

REDACTED = "[redacted]"

# RFC 9110, sections 5.1 and 5.5: a name is a token; a value has no controls but tab, and no outer space.
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


def checked_name(name: str) -> str:
    """The name in lower case, or an `EGPError` when HTTP does not allow it."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise EGPError(f"not a header name: {name!r}")
    return name.lower()


def checked_value(name: str, value: str) -> str:
    """The value without outer white space, or an `EGPError`, which does not show it, when HTTP forbids it."""
    if not isinstance(value, str):
        raise EGPError(f"the value of the header {name} is not a string but {type(value).__name__}")
    stripped = value.strip(" \t\r\n")
    if not _VALUE.fullmatch(stripped):
        raise EGPError(f"the value of the header {name} has characters that HTTP forbids in a header")
    return stripped


class Headers(Mapping[str, str]):
    """Headers received: names in lower case, repeated ones joined by a comma, secret values redacted."""

    __slots__ = ("_joined", "raw")

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self.raw = tuple((name, REDACTED if name in SECRET_HEADERS else value) for name, value in pairs)
        """The fields in the order in which they came."""
        joined: dict[str, str] = {}
        for name, value in self.raw:
            joined[name] = f"{joined[name]}, {value}" if name in joined else value
        self._joined = joined

    def __getitem__(self, name: str) -> str:
        return self._joined[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._joined)

    def __len__(self) -> int:
        return len(self._joined)

    def __repr__(self) -> str:
        return f"Headers({self._joined!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Headers, (self.raw,)
