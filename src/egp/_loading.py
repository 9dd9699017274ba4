"""Loading what is imported late, so that no fork in another thread comes in between.

A module that one thread is importing while another forks stays locked in the child for ever, and so does
whoever imports it there. Every import inside of a function stands in `with LOADING:`, for which a fork waits;
a test of the architecture sees to it.
"""

from __future__ import annotations

import os
import sys
import threading
from importlib import import_module

__all__ = ["LOADING"]

# A fork waits no longer: what is being imported may wait for the thread that forks.
_PATIENCE_SECONDS = 10.0


class _Loading:
    """Held while modules are imported, and while the process forks."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._held_by_fork = 0
        self._is_before_logging = False

    def __enter__(self) -> None:
        self._lock.acquire()
        if not self._is_before_logging and "logging" in sys.modules:
            self._is_before_logging = True
            self.watch_forks()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def make_ready(self) -> None:
        """Load `logging` ahead of what uses it; call it before the first modules that do.

        A fork takes the lock of logging, too, and the hooks of a fork run in reverse order: one that held it
        would wait here for whoever waits for it there.
        """
        with self:
            import_module("logging")
        with self:
            pass

    def watch_forks(self) -> None:
        """Have forks from now on take this lock before those of modules that were loaded earlier."""
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(
                before=self._before_fork,
                after_in_parent=self._after_fork,
                after_in_child=self._after_fork_in_child,
            )

    def _before_fork(self) -> None:
        if self._lock.acquire(timeout=_PATIENCE_SECONDS):
            self._held_by_fork += 1

    def _after_fork(self) -> None:
        if self._held_by_fork:
            self._held_by_fork -= 1
            self._lock.release()

    def _after_fork_in_child(self) -> None:
        if self._held_by_fork:
            self._after_fork()
        else:
            # Its holder does not exist here.
            self._lock = threading.RLock()


LOADING = _Loading()
"""`with LOADING:` around imports that a call makes."""

LOADING.watch_forks()
