"""The package's log: one line for each attempt, on the logger `egp`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from egp._core.logline import attempt_line

if TYPE_CHECKING:
    from egp._core.flow import CallFlow, Note
    from egp.errors import Attempt

__all__ = ["log_attempts", "log_bodies", "set_up"]

_logger = logging.getLogger("egp")


def set_up(level: str) -> None:
    """Let the log be seen at a level that the variable EGP_LOG names; anything but info and debug is ignored.

    The handler writes to standard error, and is added only where nobody has set up logging.
    """
    levels = {"info": logging.INFO, "debug": logging.DEBUG}
    if level not in levels:
        _logger.warning("EGP_LOG is 'info' or 'debug', and is ignored otherwise")
        return
    _logger.setLevel(levels[level])
    if not _logger.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        _logger.addHandler(handler)


def log_attempts() -> Note | None:
    """Return what to call after each attempt; None when nobody listens."""
    return _note if _logger.isEnabledFor(logging.INFO) else None


def _note(flow: CallFlow, attempt: Attempt) -> None:
    _logger.info("%s", attempt_line(*flow.request_info, attempt))


def log_bodies(request: bytes | None, response: bytes | None) -> None:
    """Log what was sent and what came, at debug: only for clients made with `log_bodies=True`."""
    if _logger.isEnabledFor(logging.DEBUG):
        for name, content in (("request", request), ("response", response)):
            if content is not None:
                _logger.debug("%s body: %s", name, content.decode("utf-8", "replace"))
