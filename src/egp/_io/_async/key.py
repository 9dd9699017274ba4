"""A key that is asked for before each attempt: keys that rotate."""

from __future__ import annotations

from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from egp._core.config import checked_key
from egp._io.backends import bounded
from egp.errors import EGPError

if TYPE_CHECKING:
    from collections.abc import Callable

    from egp._core.flow import CallFlow
    from egp._core.secrets import Secret

__all__ = ["async_asked_key"]


async def async_asked_key(flow: CallFlow, source: Callable[[], Any]) -> Secret[str]:
    """Return the key that a function gives now. What the function raises reaches the caller of the call.

    Raises `EGPError`, which does not show it, for what is no key, and `APITimeoutError` at the deadline.
    """
    given = source()
    if isawaitable(given):
        given = await bounded(given, flow.until)
    if flow.is_late():
        raise flow.expired()
    # Bound to the same name, so that no frame of a traceback holds the key.
    given, fault = checked_key(given)
    return _checked(given, fault)


def _checked(key: Secret[str] | None, fault: str | None) -> Secret[str]:
    """Return the key, or raise what is wrong with it."""
    if key is None:
        raise EGPError(f"what the function given as api_key returned {fault}")
    return key
