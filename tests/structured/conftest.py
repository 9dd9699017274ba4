"""These tests need the extra `structured`; one environment of tox has none of the extras."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("msgspec") and find_spec("jiter") else ["test_*.py"]
