"""Request targets: where below a client's base URL a call goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from egp._core.call import Call
    from egp._core.config import Settings

__all__ = ["request_target"]


def request_target(call: Call, settings: Settings) -> str:
    """Path and query of a call (RFC 9112, section 3.2.1), the base URL's path before it."""
    if call.is_target:
        return call.path
    path = f"{settings.base_path}/{call.path.lstrip('/')}"
    if not settings.default_query and not call.query:
        return path
    # Imported here: it is slow to load, and most calls have no query.
    from urllib.parse import urlencode

    named = {name for name, _ in call.query}
    pairs = [(name, value) for name, value in settings.default_query if name not in named]
    return f"{path}?{urlencode([*pairs, *call.query])}"
