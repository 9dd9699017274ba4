"""The site that `tox -e docs` has just built."""

import os
from pathlib import Path

import pytest
from sphinx.util.inventory import InventoryFile


@pytest.fixture(scope="session")
def site() -> Path:
    return Path(os.environ["EGP_SITE"], "html").resolve()


@pytest.fixture(scope="session")
def index(site):
    """The names that other sites can refer to, by their domain and kind."""
    content = (site / "objects.inv").read_bytes()
    return InventoryFile.loads(content, uri="").data
