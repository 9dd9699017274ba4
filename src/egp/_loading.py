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

__all__ = ["LOADING", "load", "load_logging", "look_for_logging", "wait_before_forks"]

# A fork waits no longer: what is being imported may wait for the thread that forks.
_PATIENCE_SECONDS = 10.0

# A lock of the interpreter and no class around it: no interrupt comes between its taking and the block.
LOADING = RLock()
"""`with LOADING:` around imports that a call makes."""

# What a fork waits for, in this order, and what it holds.
_locks: list[Any] = [LOADING]
_held: set[Any] = set()
_is_before_logging = False


def load(name: str) -> Any:
    """Return a module that may bring much with it, loaded while no fork takes place."""
    load_logging()
    with LOADING:
        __import__(name)
    return sys.modules[name]


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


def wait_before_forks(lock: Any) -> None:
    """Have forks wait for a lock, so that what it guards is whole in the child."""
    _locks.append(lock)


def _all_locks() -> list[Any]:
    # The generated package loads a model when it is first used, one thread at a time.
    models_lock = getattr(sys.modules.get("egp_api.models"), "_importing", None)
    return _locks if models_lock is None else [*_locks, models_lock]


def _before_fork() -> None:
    for lock in _all_locks():
        if lock not in _held and lock.acquire(timeout=_PATIENCE_SECONDS):
            _held.add(lock)


def _after_fork() -> None:
    while _held:
        _held.pop().release()


def _after_fork_in_child() -> None:
    for lock in _all_locks():
        if lock not in _held:
            # Its holder does not exist here. The standard library renews its own locks so.
            lock._at_fork_reinit()  # noqa: SLF001
    _after_fork()


_watch_forks()
