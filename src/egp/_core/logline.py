"""The words of a log line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from egp.errors import Attempt

__all__ = ["attempt_line"]


def attempt_line(method: str, url: str, attempt: Attempt) -> str:
    """Return method, path, status, duration, attempt, request id: never a header, a query or a body."""
    path = "/" + url.partition("://")[2].partition("/")[2].partition("?")[0]
    outcome = attempt.error or str(attempt.status)
    parts = [f"{method} {path} {outcome} in {attempt.duration:.3f} s", f"attempt {attempt.number}"]
    if attempt.request_id is not None:
        parts.append(f"request id {attempt.request_id}")
    if attempt.wait is not None:
        parts.append(f"again in {attempt.wait:.3f} s")
    return ", ".join(parts)
