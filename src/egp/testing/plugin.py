"""The pytest plugin: the fixtures `egp_server` and `egp_cassette`, and the marker `egp_cassette`.

pytest imports this module in every run where egp-client is installed, so it imports nothing heavy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from egp._loading import LOADING

if TYPE_CHECKING:
    from collections.abc import Generator

    from egp.testing import Server

_MARKER = "egp_cassette"
_MARKER_HELP = (
    f"{_MARKER}(path=None, upstream=None, ignore_fields=(), ignore_query=(), ignore_text=(), secrets=(), "
    "timing=False, repeat=False): play the recorded answers of a service, or record them (--egp-record)."
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that has cassettes recorded."""
    parser.getgroup("egp").addoption(
        "--egp-record",
        choices=("none", "missing", "all"),
        default="none",
        metavar="none|missing|all",
        help="which tests marked egp_cassette record answers of the real service, instead of playing them",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", _MARKER_HELP)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give each marked test its cassette, whether or not it names the fixture."""
    names: list[str] | None = getattr(item, "fixturenames", None)
    if names is not None and _MARKER not in names and item.get_closest_marker(_MARKER) is not None:
        names.append(_MARKER)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, None]:
    """Fail a test that passed, but asked for something else than was recorded, or for less."""
    outcome = yield
    server: Server | None = getattr(item, "funcargs", {}).get(_MARKER)
    if server is not None and outcome.excinfo is None:
        try:
            server.check_replay()
        except AssertionError as error:
            outcome.force_exception(error)


@pytest.fixture(scope="session")
def _egp_server_of_the_session() -> Generator[Server]:
    with LOADING:
        from egp.testing import Server

    with Server() as server:
        yield server


@pytest.fixture
def egp_server(_egp_server_of_the_session: Server, monkeypatch: pytest.MonkeyPatch) -> Generator[Server]:
    """Return a local server of the EGP chat-completions endpoint: `egp.testing.Server`.

    One server runs for the whole session; each test finds it without scripted replies and without recorded
    requests. For the length of the test the environment of egp and openai (EGP_BASE_URL, EGP_API_KEY,
    OPENAI_BASE_URL, OPENAI_API_KEY) points at it, so that code under test which makes its own client reaches
    it, and never the real service.
    """
    server = _egp_server_of_the_session
    server.reset()
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    yield server
    server.reset()


@pytest.fixture
def egp_cassette(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Generator[Server]:
    """Return a local server that plays the test's cassette, or with `--egp-record` records it.

    A test marked `egp_cassette` has it without naming it. The environment of egp and openai points at the
    server, as for `egp_server`. A request that was not recorded, and a recording that was not used, fail the
    test.
    """
    with LOADING:
        from egp.testing._marker import cassette_server

    mode: Any = request.config.getoption("--egp-record")
    server = cassette_server(request.node, mode)
    server.start()
    try:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server
    finally:
        server.stop()
