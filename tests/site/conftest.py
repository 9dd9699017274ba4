"""The site that `tox -e docs` has just built; elsewhere there is none to look at."""

import os
from pathlib import Path

import pytest

collect_ignore_glob = [] if "EGP_SITE" in os.environ else ["test_*.py"]


@pytest.fixture(scope="session")
def site() -> Path:
    return Path(os.environ["EGP_SITE"], "html").resolve()


@pytest.fixture(scope="session")
def index(site):
    """The names that other sites can refer to, by their domain and kind."""
    from sphinx.util.inventory import InventoryFile

    content = (site / "objects.inv").read_bytes()
    return InventoryFile.loads(content, uri="").data
