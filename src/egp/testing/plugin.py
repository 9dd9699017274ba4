"""The pytest plugin: the fixture `egp_server`.

pytest imports this module in every run where egp-client is installed, so it imports nothing heavy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from egp.testing import Server


@pytest.fixture(scope="session")
def _egp_server_of_the_session() -> Iterator[Server]:
    from egp.testing import Server

    with Server() as server:
        yield server


@pytest.fixture
def egp_server(_egp_server_of_the_session: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A local server of the EGP chat-completions endpoint: `egp.testing.Server`.

    One server runs for the whole session; each test finds it without scripted replies and without recorded
    requests. For the length of the test EGP_BASE_URL and EGP_API_KEY point at it, so that code under test
    which makes its own `egp.Client()` reaches it, and never the real service.
    """
    server = _egp_server_of_the_session
    server.reset()
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    yield server
    server.reset()
