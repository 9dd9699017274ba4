"""Header fields: what may be sent, what may be shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from egp_api import API_KEY_HEADER

__all__ = ["KEY_HEADER", "REDACTED", "SECRET_HEADERS", "Headers", "name_fault", "value_fault"]

KEY_HEADER = API_KEY_HEADER.lower()
"""The header that carries the API key, as the contract names it."""

SECRET_HEADERS = frozenset(
    {
        KEY_HEADER,
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

# RFC 9110, sections 5.1 and 5.5: a name is a token; a value is visible ASCII, space and tab
# (other octets are allowed for old fields only, and no two servers read them alike).
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r"[\t\x20-\x7e]*")


def name_fault(name: object) -> str | None:
    """What is wrong with a header name; None when it may be sent."""
    return None if isinstance(name, str) and _NAME.fullmatch(name) else f"not a header name: {name!r}"


def value_fault(value: str) -> str | None:
    """What is wrong with a header value, in words that do not show it; None when it may be sent."""
    return None if _VALUE.fullmatch(value) else "has characters that HTTP forbids in a header"


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
