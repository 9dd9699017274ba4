"""Loading what is imported late, so that no fork in another thread comes in between.

A module that one thread is importing while another forks stays locked in the child for ever, and so does
whoever imports it there. Every import inside of a function stands in `with LOADING:`, for which a fork waits;
a test of the architecture sees to it.
"""

from __future__ import annotations

import os
import sys

# Not from threading, which takes longer to load than all that a client needs until its first call.
from _thread import RLock
from typing import Any

__all__ = ["LOADING", "load_logging", "look_for_logging"]

# A fork waits no longer: what is being imported may wait for the thread that forks.
_PATIENCE_SECONDS = 10.0

# A lock of the interpreter and no class around it: no interrupt comes between its taking and the block.
LOADING = RLock()
"""`with LOADING:` around imports that a call makes."""

_held_by_fork = 0
_is_before_logging = False


def load_logging() -> None:
    """Load `logging` ahead of what uses it; call it before the first modules that do."""
    with LOADING:
        __import__("logging")
    look_for_logging()


def look_for_logging() -> None:
    """Have forks take this lock before that of `logging`, if it is loaded by now.

    The hooks of a fork run in reverse order: one that held the lock of `logging` would wait here for whoever
    waits for it there.
    """
    global _is_before_logging
    if not _is_before_logging and "logging" in sys.modules:
        _is_before_logging = True
        _watch_forks()


def _watch_forks() -> None:
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(
            before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork_in_child
        )


def _before_fork() -> None:
    global _held_by_fork
    if LOADING.acquire(timeout=_PATIENCE_SECONDS):
        _held_by_fork += 1


def _after_fork() -> None:
    global _held_by_fork
    if _held_by_fork:
        _held_by_fork -= 1
        LOADING.release()


def _after_fork_in_child() -> None:
    if _held_by_fork:
        _after_fork()
    else:
        # Its holder does not exist here. The standard library renews its own locks so.
        lock: Any = LOADING
        lock._at_fork_reinit()  # noqa: SLF001


_watch_forks()
