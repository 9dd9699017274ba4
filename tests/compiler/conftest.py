"""What the tests of the compiler share."""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tools.compiler.document import load

ROOT = Path(__file__).parents[2]


@cache
def _contract() -> dict[str, Any]:
    return load(ROOT / "openapi.yaml").content


@pytest.fixture
def contract() -> dict[str, Any]:
    """A copy of our own openapi.yaml, free to change."""
    return copy.deepcopy(_contract())
