"""The lock of the development environment has what pyproject.toml asks for, with hashes."""

import re
import tomllib
from itertools import chain
from pathlib import Path

TOP = Path(__file__).parents[2]
LOCK = (TOP / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
LOCKED = dict(re.findall(r"^([a-z0-9-]+)(?:\[\S*\])?==(\S+)", LOCK, re.MULTILINE))


def test_every_pin_is_locked_at_its_version():
    groups = PROJECT["dependency-groups"].values()
    texts = [each for each in chain(*groups) if isinstance(each, str) and "==" in each]
    pins = dict(re.match(r"([\w.-]+)(?:\[.*\])?==([^\s;]+)", each).groups() for each in texts)

    # As the index normalizes names.
    named = {re.sub(r"[-_.]+", "-", name).lower(): pin for name, pin in pins.items()}
    stale = {name: pin for name, pin in named.items() if LOCKED.get(name) != pin}

    assert stale == {}, "run scripts/lock"


def test_everything_that_users_install_is_locked():
    project = PROJECT["project"]
    asked_for = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    names = {re.split(r"[\[><=!~; ]", each)[0].lower() for each in asked_for} - {"egp-client"}

    assert names - LOCKED.keys() == set(), "run scripts/lock"


def test_every_package_has_a_hash_and_none_has_an_address():
    blocks = re.split(r"^(?=[a-z0-9])", LOCK, flags=re.MULTILINE)[1:]

    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in LOCK
