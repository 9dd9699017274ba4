"""Connecting to the first address that answers (RFC 8305): what to begin, and when. It never waits."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from collections import deque
from typing import TYPE_CHECKING, Any

from egp._io.socket_options import SOCKET_OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from egp._io.lookup import Address

__all__ = ["DELAY_SECONDS", "Race"]

DELAY_SECONDS = 0.25
"""The head start of each address over the next: section 8 of the RFC."""

_BEGUN = (errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY, getattr(errno, "WSAEWOULDBLOCK", 0))


class _Socket(socket.socket):
    """Closes itself when it is collected, and complains of nobody: a client may be dropped as it is."""

    def __del__(self, above: type[socket.socket] = socket.socket) -> None:
        # Of the class that socket.socket is made of, since making one may have failed halfway. eventlet's is
        # made of none. Noted as a default: at the end of the program the names of this module may be gone.
        inner: Any = super(above, self)
        if hasattr(inner, "close"):
            inner.close()
        else:
            with contextlib.suppress(AttributeError):
                self.close()


class Race:
    """Connections to the addresses of one host, of which the first to be made wins."""

    def __init__(self, addresses: Iterable[Address]) -> None:
        self._left = deque(addresses)
        self._next_at = 0.0
        self._failure = OSError("the host has no address")
        self.pending: list[socket.socket] = []
        """Sockets that are being connected."""

    def step(self, ready: Iterable[socket.socket], now: float) -> socket.socket | None:
        """Look at the sockets that are ready, and begin what is due. Return the winner, if there is one.

        It is among the pending ones, which are closed in the end, until it is taken out of them.

        Raises OSError, that of the last address, when all have failed.
        """
        for candidate in ready:
            number = candidate.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if number == 0:
                return self._won(candidate)
            self._failed(candidate, OSError(number, os.strerror(number)))
        while self._left and (now >= self._next_at or not self.pending):
            connected = self._begin(self._left.popleft())
            if connected is not None:
                return self._won(connected)
            self._next_at = now + DELAY_SECONDS
        if not self.pending:
            raise self._failure
        return None

    def patience(self, now: float) -> float | None:
        """Seconds until the next address is due; None where none is left."""
        return max(0.0, self._next_at - now) if self._left else None

    def close(self) -> None:
        """Give up what has not won."""
        # Else the error, its traceback and this would keep each other alive.
        self._failure = OSError("the race is over")
        while self.pending:
            self.pending.pop().close()

    def _begin(self, address: Address) -> socket.socket | None:
        try:
            candidate = _Socket(address.family, address.kind, address.protocol)
        except OSError as error:
            self._failure = error
            return None
        self.pending.append(candidate)
        try:
            candidate.setblocking(False)
            number = candidate.connect_ex(address.address)
            if number not in (0, *_BEGUN):
                raise OSError(number, os.strerror(number))  # noqa: TRY301 - as the others
        except OSError as error:
            self._failed(candidate, error)
            return None
        return candidate if number == 0 else None

    def _failed(self, candidate: socket.socket, failure: OSError) -> None:
        self.pending.remove(candidate)
        candidate.close()
        self._failure = failure
        # The next need not wait for its turn.
        self._next_at = 0.0

    def _won(self, winner: socket.socket) -> socket.socket:
        with contextlib.suppress(OSError):
            winner.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for option in SOCKET_OPTIONS:
                winner.setsockopt(*option)
        return winner
