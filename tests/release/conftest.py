"""What the tests of releases share: copies of the repository with their own history, and real indexes."""

import pytest


def pytest_collection_modifyitems(config, items):
    """Skip what needs an index server, a network of packages and half a minute, unless it is asked for."""
    if "index" in config.option.markexpr:
        return
    asked_for = pytest.mark.skip(reason="needs the release tools and a package index: tox -e release")
    for item in items:
        if item.get_closest_marker("index"):
            item.add_marker(asked_for)
