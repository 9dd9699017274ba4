"""Values that are sent and never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from egp._core.json_types import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["REDACTED", "Secret", "scrubbed", "scrubbed_value"]

REDACTED = "[redacted]"

T = TypeVar("T")


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


def scrubbed(text: bytes, secrets: tuple[Secret[str], ...]) -> bytes:
    """Return the text without the secrets that a server may have echoed into it.

    Secrets shorter than six characters stay: replacing them would garble ordinary words.
    """
    for secret in secrets:
        value = secret.reveal().encode("latin-1", "replace")
        if len(value) >= 6 and value in text:
            text = text.replace(value, REDACTED.encode())
    return text


def scrubbed_value(value: Any, secrets: tuple[Secret[str], ...]) -> Any:
    """Return a JSON value, text or bytes without the secrets in any string of it."""
    if isinstance(value, str):
        return scrubbed(value.encode("utf-8", "surrogatepass"), secrets).decode("utf-8", "surrogatepass")
    if isinstance(value, bytes):
        return scrubbed(value, secrets)
    if is_array(value):
        return [scrubbed_value(item, secrets) for item in value]
    if is_object(value):
        return {scrubbed_value(key, secrets): scrubbed_value(item, secrets) for key, item in value.items()}
    return value
