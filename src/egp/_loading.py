"""Loading what is imported late, so that no fork in another thread comes in between.

A module that one thread is importing while another forks stays locked in the child for ever, and so does
whoever imports it there.
"""

from __future__ import annotations

import os
import threading

__all__ = ["LOADING"]

# A fork waits no longer: what is being imported may wait for the thread that forks.
_PATIENCE_SECONDS = 10.0


class _Loading:
    """Held while modules are imported, and while the process forks."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._is_held_by_fork = False

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def before_fork(self) -> None:
        self._is_held_by_fork = self._lock.acquire(timeout=_PATIENCE_SECONDS)

    def after_fork(self) -> None:
        if self._is_held_by_fork:
            self._is_held_by_fork = False
            self._lock.release()

    def after_fork_in_child(self) -> None:
        if self._is_held_by_fork:
            self.after_fork()
        else:
            # Its holder does not exist here.
            self._lock = threading.RLock()


LOADING = _Loading()
"""`with LOADING:` around imports that a call makes."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=LOADING.before_fork,
        after_in_parent=LOADING.after_fork,
        after_in_child=LOADING.after_fork_in_child,
    )
