"""A server in a process of its own, for clients in every kind of program."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.transport.server import running


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """Where a server listens that sends messages back."""
    with running() as port:
        yield f"http://127.0.0.1:{port}"
