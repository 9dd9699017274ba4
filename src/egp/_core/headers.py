"""Header fields: what may be sent, what may be shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeGuard, TypeVar, overload

from egp_api import API_KEY_HEADER

from egp._core.secrets import REDACTED, Secret

__all__ = [
    "KEY_HEADER",
    "SECRET_HEADERS",
    "TOKEN",
    "Field",
    "Headers",
    "checked_headers",
    "secrets_in",
    "value_fault",
]

T = TypeVar("T")

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

# RFC 9110, sections 5.1 and 5.5: a name is a token; a value is visible ASCII, space and tab
# (other octets are allowed for old fields only, and no two servers read them alike).
TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r"[\t\x20-\x7e]*")


def name_fault(name: object) -> str | None:
    """Return what is wrong with a header name; None when it may be sent."""
    return None if isinstance(name, str) and TOKEN.fullmatch(name) else f"not a header name: {name!r}"


def value_fault(value: str) -> str | None:
    """Return what is wrong with a header value, in words that do not show it; None when it may be sent."""
    return None if _VALUE.fullmatch(value) else "has characters that HTTP forbids in a header"


def printable(value: str) -> str:
    """Return a value for terminals and logs: with a space for each character that cannot be seen."""
    return "".join([character if character.isprintable() else " " for character in value]).strip()


class Headers(Mapping[str, str]):
    """Headers received: names in lower case, repeated ones joined by a comma, secret values redacted."""

    __slots__ = ("joined", "raw")

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        raw = tuple(pairs)
        joined = dict(raw)
        if not SECRET_HEADERS.isdisjoint(joined):
            raw = tuple([(name, REDACTED if name in SECRET_HEADERS else value) for name, value in raw])
            joined = dict(raw)
        if len(joined) < len(raw):
            joined = {}
            for name, value in raw:
                joined[name] = f"{joined[name]}, {value}" if name in joined else value
        self.raw = raw
        """The fields in the order in which they came."""
        self.joined = joined
        """The values by name in lower case, for those who ask in lower case."""

    def __getitem__(self, name: str) -> str:
        return self.joined[name.lower()]

    # Mapping has these two, in twice the calls.

    @overload
    def get(self, key: str, /) -> str | None: ...
    @overload
    def get(self, key: str, /, default: str | T) -> str | T: ...
    def get(self, key: str, /, default: Any = None) -> Any:
        """Return the value of a header, or `default`; names are compared without case."""
        return self.joined.get(key.lower(), default)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self.joined

    def __iter__(self) -> Iterator[str]:
        return iter(self.joined)

    def __len__(self) -> int:
        return len(self.joined)

    def __repr__(self) -> str:
        return f"Headers({self.joined!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Headers, (self.raw,)


Field = tuple[str, "str | Secret[str]"]
"""A header field to send: its name in lower case, and its value, wrapped when the header is secret."""

_RESERVED = frozenset(
    {"connection", "content-length", "expect", "te", "trailer", "transfer-encoding", "upgrade"}
)


def checked_headers(
    headers: Mapping[str, str] | tuple[Field, ...] | None,
) -> tuple[tuple[Field, ...], str | None]:
    """Return the headers that a user gives, the secret ones wrapped, and what is wrong with them, or None.

    Refused are what HTTP forbids, and the fields that frame a message, which only the transport can know.
    It does not raise, so that no frame of a traceback holds the values: bind the result to the name that held
    the mapping, and raise then.
    """
    if not headers:
        return (), None
    checked: list[Field] = []
    # Users pass what they like, whatever the types say; a tuple has been here before.
    given: Any = headers
    if not isinstance(given, (Mapping, tuple)):
        return (), f"headers must be a mapping of names to values, got {type(given).__name__}"
    pairs: Any = headers.items() if isinstance(headers, Mapping) else headers
    for name, value in pairs:
        if _is_secret(value):
            # Checked before.
            checked.append((name, value))
            continue
        fault = name_fault(name)
        if fault is not None:
            return (), fault
        lowered = name.lower()
        if lowered in _RESERVED:
            return (), f"the header {lowered} is set by the transport and cannot be given"
        if not isinstance(value, str):
            return (), f"the value of the header {lowered} is not a string but {type(value).__name__}"
        stripped = value.strip(" \t")
        fault = value_fault(stripped)
        if fault is not None:
            return (), f"the value of the header {lowered} {fault}"
        checked.append((lowered, Secret(stripped) if lowered in SECRET_HEADERS else stripped))
    return tuple(checked), None


# Credentials behind their scheme (RFC 9110, section 11.4), and the values of cookies. What is shorter is not
# taken out of messages. Compiled when it is first needed.
_PARTS = r"(?:^[^\s=;]+ +|=)([^\s=;]{6,})"


def secrets_in(fields: Iterable[Field]) -> list[Secret[str]]:
    """Return what must show nowhere of these fields: secret values, and the parts that servers echo alone."""
    found: list[Secret[str]] = []
    for _, value in fields:
        if _is_secret(value):
            found.append(value)
            # Bound to no name, which a traceback would show.
            found.extend(map(Secret, re.findall(_PARTS, value.reveal())))
    return found


def _is_secret(value: object) -> TypeGuard[Secret[str]]:
    return isinstance(value, Secret)
