"""Values that are sent and never shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, NoReturn, TypeGuard, TypeVar

from egp._core.headers import REDACTED, SECRET_HEADERS, name_fault, value_fault

__all__ = ["Field", "Secret", "fields", "scrubbed"]

T = TypeVar("T", str, bytes)


class Secret(Generic[T]):
    """A value that shows in no repr, no `vars()`, no traceback with locals, and in no pickle."""

    # A closure, because the repr of a function does not show what it closes over.
    __slots__ = ("reveal",)

    def __init__(self, value: T) -> None:
        self.reveal: Callable[[], T] = lambda: value

    def __repr__(self) -> str:
        return REDACTED

    def __copy__(self) -> Secret[T]:
        return self

    def __deepcopy__(self, memo: object) -> Secret[T]:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


Field = tuple[str, "str | Secret[str]"]
"""A header field to send: its name in lower case, and its value, wrapped when the header is secret."""

_RESERVED = frozenset(
    {"connection", "content-length", "expect", "te", "trailer", "transfer-encoding", "upgrade"}
)


def fields(
    headers: Mapping[str, str] | tuple[Field, ...] | None,
) -> tuple[tuple[Field, ...], str | None]:
    """Header fields as users give them, the secret ones wrapped; and what is wrong with them, or None.

    Refused is what HTTP forbids, and the fields that frame a message, which only the transport can know.
    It does not raise, so that no frame of a traceback holds the values: callers bind the result to the
    name that held the mapping, and raise then.
    """
    if not headers:
        return (), None
    checked: list[Field] = []
    # Users pass what they like, whatever the types say; a tuple has been here before.
    given: Any = headers
    if not isinstance(given, (Mapping, tuple)):
        return (), f"headers are a mapping of names to values, not {type(given).__name__}"
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


def _is_secret(value: object) -> TypeGuard[Secret[str]]:
    return isinstance(value, Secret)


def scrubbed(text: bytes, secrets: tuple[Secret[str], ...]) -> bytes:
    """The text without the secrets that a server may have echoed into it.

    Secrets shorter than six characters stay: replacing them would garble ordinary words.
    """
    for secret in secrets:
        value = secret.reveal().encode("latin-1", "replace")
        if len(value) >= 6 and value in text:
            text = text.replace(value, REDACTED.encode())
    return text
