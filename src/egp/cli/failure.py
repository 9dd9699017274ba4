"""What is said of a failure."""

from __future__ import annotations

import sys

from egp.cli.exit_codes import FAILED, USAGE
from egp.errors import (
    APIConnectionError,
    APIError,
    AuthenticationError,
    EGPError,
    NotFoundError,
    PermissionDeniedError,
    StructuredOutputError,
)

__all__ = ["UsageError", "note", "printable", "report"]

_CONTROL = {code: None for code in (*range(32), 127, *range(128, 160)) if chr(code) not in "\n\t"}
_HINTS: tuple[tuple[type[EGPError], str], ...] = (
    (AuthenticationError, "check EGP_API_KEY; `egp doctor` says where the key comes from"),
    (PermissionDeniedError, "the key may not do this; `egp doctor` says which key and account are used"),
    (NotFoundError, "`egp models` lists the models; `egp doctor` checks the address"),
    (APIConnectionError, "`egp doctor` looks for the cause"),
)


class UsageError(EGPError):
    """The command line cannot be right; nothing was sent."""


def printable(text: str) -> str:
    """Return text without control characters, which a terminal would obey."""
    return text.translate(_CONTROL)


def note(text: str) -> None:
    """Say something beside the answer: one line on stderr."""
    if sys.stderr is not None:  # pyright: ignore[reportUnnecessaryComparison]  # None where it is closed
        sys.stderr.write(f"egp: {printable(text)}\n")


def report(error: EGPError) -> int:
    """Say what failed and what helps; return the exit code."""
    note(str(error))
    for kind, hint in _HINTS:
        if isinstance(error, kind):
            note(hint)
            break
    return FAILED if isinstance(error, (APIError, StructuredOutputError)) else USAGE
