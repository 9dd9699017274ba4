"""Probes on silent connections: a model may think for minutes, and routers forget who does not talk."""

from __future__ import annotations

import socket

__all__ = ["SOCKET_OPTIONS"]

_SECONDS = 60
_PROBES = 5


def _options() -> list[tuple[int, int, int]]:
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    # Each system has some of these names.
    for name, value in (
        ("TCP_KEEPIDLE", _SECONDS),
        ("TCP_KEEPALIVE", _SECONDS),
        ("TCP_KEEPINTVL", _SECONDS),
        ("TCP_KEEPCNT", _PROBES),
    ):
        option = getattr(socket, name, None)
        if option is not None:
            options.append((socket.IPPROTO_TCP, option, value))
    return options


SOCKET_OPTIONS = _options()
"""Level, name and value of what is set on every connection."""
