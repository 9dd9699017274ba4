"""What the tests of connections share: the kinds of event loop, and what is open."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import trio
import uvloop

from tests.transport.server import running


@pytest.fixture(params=["asyncio", "uvloop", "trio"])
def run(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Runs a coroutine function in a new event loop of each kind."""
    runners: dict[str, Callable[..., Any]] = {
        "asyncio": lambda function, *args: asyncio.run(function(*args)),
        "uvloop": lambda function, *args: uvloop.run(function(*args)),
        "trio": trio.run,
    }
    return runners[request.param]


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """Where a server listens that answers by the name of the model."""
    with running() as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def open_files() -> Callable[[], int]:
    """Counts what this process has open; skips where that cannot be counted."""
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("counts file descriptors in /proc")

    def count() -> int:
        # Not what earlier tests have left.
        gc.collect()
        return len(os.listdir("/proc/self/fd"))

    return count


@pytest.fixture
def small_heap() -> Iterator[None]:
    """What is there already is not looked at by collections: there may be much of it, and they are many."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
