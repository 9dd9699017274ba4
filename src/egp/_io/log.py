"""The package's log: one line for each attempt, on the logger `egp`.

`logging` is loaded by whoever sets it up, and not by a call: where nobody has loaded it, nobody listens.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from egp._core.logline import attempt_line

if TYPE_CHECKING:
    import logging

    from egp._core.flow import CallFlow, Note
    from egp.errors import Attempt

__all__ = ["log_attempts", "log_bodies", "set_up"]

_logger: logging.Logger | None = None
# As logging numbers them.
_DEBUG, _INFO = 10, 20


def set_up(level: str) -> None:
    """Let the log be seen at a level that the variable EGP_LOG names; anything but info and debug is ignored.

    The handler writes to standard error, and is added only where nobody has set up logging.
    """
    import logging

    logger = logging.getLogger("egp")
    levels = {"info": _INFO, "debug": _DEBUG}
    if level not in levels:
        logger.warning("EGP_LOG is 'info' or 'debug', and is ignored otherwise")
        return
    logger.setLevel(levels[level])
    if not logger.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        logger.addHandler(handler)


def log_attempts() -> Note | None:
    """Return what to call after each attempt; None when nobody listens."""
    logger = _logger or _found()
    return _note if logger is not None and logger.isEnabledFor(_INFO) else None


def _note(flow: CallFlow, attempt: Attempt) -> None:
    logger = _found()
    if logger is not None:
        logger.info("%s", attempt_line(*flow.request_info, attempt))


def log_bodies(flow: CallFlow, response: bytes | None) -> None:
    """Log what was sent and what came, at debug: only for clients made with `log_bodies=True`."""
    logger = _found()
    if logger is not None and logger.isEnabledFor(_DEBUG):
        for name, content in (("request", flow.request.content), ("response", response)):
            if content is not None:
                logger.debug("%s body: %s", name, flow.clean(content.decode("utf-8", "replace")))


def _found() -> logging.Logger | None:
    """Return the logger; None as long as nobody has loaded `logging`."""
    global _logger
    if _logger is None and "logging" in sys.modules:
        # Waits, where another thread is just loading it.
        import logging

        _logger = logging.getLogger("egp")
    return _logger
