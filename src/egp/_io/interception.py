"""Whether anything has taken hold of httpx: mocks, cassettes and tracers expect to see our calls, too."""

from __future__ import annotations

import sys
from importlib import import_module
from types import FunctionType
from typing import Any

from egp._loading import LOADING

__all__ = ["httpx_package_of", "is_httpx_taken"]

# The methods that requests of httpx go through, as they were seen to be the packages' own.
_httpx_own: tuple[object, ...] = (None,) * 6
_httpcore_own: tuple[object, ...] = (None,) * 2


def is_httpx_taken() -> bool:
    """Return whether requests of httpx go through anything but httpx and httpcore themselves.

    Cheap enough to be asked at every call, since a patch may come after a client was made, and go again. What
    is not loaded has not been taken hold of, unless a tracer waits for it to be.
    """
    modules = sys.modules
    if "httpx" not in modules:
        if "ddtrace" not in modules:
            return False
        # It lies in wait for the import, and takes hold then.
        with LOADING:
            import_module("httpx")
    httpx: Any = modules["httpx"]
    send, single, async_send, async_single, handle, async_handle = _httpx_own
    # One by one, by identity: a wrapper may claim to equal what it wraps, and a loop costs twice as much.
    if not (
        httpx.Client.send is send
        and httpx.Client._send_single_request is single  # noqa: SLF001 - what cassettes patch
        and httpx.AsyncClient.send is async_send
        and httpx.AsyncClient._send_single_request is async_single  # noqa: SLF001
        and httpx.HTTPTransport.handle_request is handle
        and httpx.AsyncHTTPTransport.handle_async_request is async_handle
    ):
        return _look_closely()
    if "httpcore" not in modules:  # httpx loads it with its first client
        return False
    httpcore: Any = modules["httpcore"]
    own = (
        httpcore.ConnectionPool.handle_request is _httpcore_own[0]
        and httpcore.AsyncConnectionPool.handle_async_request is _httpcore_own[1]
    )
    return not own and _look_closely()


def httpx_package_of(client: object, kind: str) -> str | None:
    """Return the package whose `Client` or `AsyncClient` (`kind`) a client is: httpx or httpx2; else None."""
    for cls in type(client).__mro__:
        package = cls.__module__.partition(".")[0]
        if cls.__name__ == kind and package in ("httpx", "httpx2"):
            return package
    return None


def _look_closely() -> bool:
    """Return whether a method is not its package's own; remember them where all are."""
    global _httpx_own, _httpcore_own
    httpx: Any = sys.modules["httpx"]
    httpcore: Any = sys.modules.get("httpcore")
    found = (
        httpx.Client.send,
        httpx.Client._send_single_request,  # noqa: SLF001
        httpx.AsyncClient.send,
        httpx.AsyncClient._send_single_request,  # noqa: SLF001
        httpx.HTTPTransport.handle_request,
        httpx.AsyncHTTPTransport.handle_async_request,
    )
    if not all(_is_of("httpx", method) for method in found):
        return True
    _httpx_own = found
    if httpcore is not None:
        below = (httpcore.ConnectionPool.handle_request, httpcore.AsyncConnectionPool.handle_async_request)
        if not all(_is_of("httpcore", method) for method in below):
            return True
        _httpcore_own = below
    return False


def _is_of(package: str, method: object) -> bool:
    """Return whether a method is a plain function of a package, and no wrapper, mock or replacement."""
    # A wrapper may take over name and module of what it wraps, but not its type or its globals.
    if type(method) is not FunctionType:
        return False
    return str(method.__globals__.get("__name__")).partition(".")[0] == package
